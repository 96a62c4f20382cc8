package dev.berth.supervise.control;

import dev.berth.supervise.contract.RequestResult;

import java.util.Locale;

/// How a request ended.
///
/// @param exitCode of the client
/// @param code names the kind of result to programs ([RequestResult#code]); may be empty
/// @param text what happened or why not, for users; may be empty
public record ControlResult(Kind kind, int exitCode, String code, String text) {
    /// How a request ended; `word` is sent.
    public enum Kind {
        /// As requested.
        DONE,
        /// Not done, or not completely.
        FAILED,
        /// Not begun: the supervisor does not accept it, or not now.
        REFUSED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind of(String word) {
            for (Kind kind : values()) {
                if (kind.word().equals(word)) {
                    return kind;
                }
            }
            return FAILED;
        }
    }

    private static final String PREFIX = "berth: ";

    /// A result that is not the one of a change.
    public ControlResult(Kind kind, int exitCode, String text) {
        this(kind, exitCode, "", text);
    }

    /// The result of a change.
    public static ControlResult of(RequestResult result) {
        Kind kind = result.done() ? Kind.DONE : Kind.FAILED;
        return new ControlResult(kind, result.done() ? 0 : 1, result.code(), result.text());
    }

    /// A refusal, in the form that every version of the protocol has.
    static ControlResult refused(int exitCode, String line) {
        String text = line.startsWith(PREFIX) ? line.substring(PREFIX.length()) : line;
        return new ControlResult(Kind.REFUSED, exitCode, text);
    }
}
