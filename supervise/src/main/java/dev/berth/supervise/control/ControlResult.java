package dev.berth.supervise.control;

/// How a request ended.
///
/// @param exitCode of the client
/// @param text what happened or why not, for users; may be empty
public record ControlResult(Kind kind, int exitCode, String text) {
    /// How a request ended; `word` is sent.
    public enum Kind {
        /// As requested.
        DONE("done"),
        /// Not done, or not completely.
        FAILED("failed"),
        /// Not begun: the supervisor does not accept it, or not now.
        REFUSED("refused");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }

        static Kind of(String word) {
            for (Kind kind : values()) {
                if (kind.word.equals(word)) {
                    return kind;
                }
            }
            return FAILED;
        }
    }

    private static final String PREFIX = "berth: ";

    /// A refusal, in the form that every version of the protocol has.
    static ControlResult refused(int exitCode, String line) {
        String text = line.startsWith(PREFIX) ? line.substring(PREFIX.length()) : line;
        return new ControlResult(Kind.REFUSED, exitCode, text);
    }
}
