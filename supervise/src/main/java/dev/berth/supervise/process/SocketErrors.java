package dev.berth.supervise.process;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Failures of one worker's sockets, by kind. A worker may fail in the same way hundreds of
/// thousands of times: for each kind only one message and a count are kept, and only a few kinds.
///
/// Owner thread only.
public final class SocketErrors {
    /// Further kinds are counted as one.
    static final int MOST_KINDS = 16;

    /// Longer messages are cut.
    static final int MOST_CHARACTERS = 600;

    /// The first pause before the same kind may be reported again; the pause doubles each time.
    static final long SAY_AGAIN_MILLIS = 10_000;

    private static final long LONGEST_PAUSE_MILLIS = 3_600_000;
    private static final String OTHERS = "others";

    private final Map<String, SocketError> kinds = new LinkedHashMap<>();
    private @Nullable SocketError last;
    private int looks;

    private static final class SocketError {
        private String why;
        private boolean awaited;
        private long count;
        private long pause = SAY_AGAIN_MILLIS;
        private long sayAt;

        SocketError(String why) {
            this.why = why;
        }
    }

    /// Records a failure.
    ///
    /// @param kind what makes two failures the same
    /// @param why a message for users, kept if it is the first of its kind
    /// @return whether it is the first of its kind
    public boolean add(String kind, String why, long now) {
        SocketError known = find(kind);
        boolean fresh = known == null;
        SocketError trouble = known == null ? begin(kind, why, now) : known;
        trouble.count++;
        last = trouble;
        return fresh;
    }

    private @Nullable SocketError find(String kind) {
        SocketError known = kinds.get(kind);
        return known == null && kinds.size() >= MOST_KINDS ? kinds.get(OTHERS) : known;
    }

    private SocketError begin(String kind, String why, long now) {
        boolean full = kinds.size() >= MOST_KINDS;
        SocketError fresh =
                new SocketError(cut(full ? "binds fail in many ways; one of them: " + why : why));
        fresh.sayAt = now + SAY_AGAIN_MILLIS;
        kinds.put(full ? OTHERS : kind, fresh);
        return fresh;
    }

    private static String cut(String why) {
        return why.length() <= MOST_CHARACTERS ? why : why.substring(0, MOST_CHARACTERS) + " …";
    }

    /// What to report about a kind that occurred again: its message and how often it has occurred,
    /// if it has not been reported for a while.
    public Optional<String> repeated(String kind, long now) {
        SocketError trouble = find(kind);
        if (trouble == null || trouble.count < 2 || now < trouble.sayAt) {
            return Optional.empty();
        }
        trouble.pause = Math.min(2 * trouble.pause, LONGEST_PAUSE_MILLIS);
        trouble.sayAt = now + trouble.pause;
        return Optional.of(trouble.why + " (" + trouble.count + " times so far)");
    }

    /// The message of a kind, if the kind is known.
    public Optional<String> why(String kind) {
        return Optional.ofNullable(kinds.get(kind)).map(trouble -> trouble.why);
    }

    /// Notes that a better message is being looked for; [#explain] is called when it is found or
    /// turns out not to exist.
    public void expectExplanation(String kind) {
        Optional.ofNullable(kinds.get(kind)).ifPresent(trouble -> trouble.awaited = true);
    }

    /// Replaces the message of a kind, if the kind is known.
    public void explain(String kind, String why) {
        SocketError trouble = kinds.get(kind);
        if (trouble != null) {
            trouble.why = cut(why);
            trouble.awaited = false;
        }
    }

    /// Notes that a check for a failure has begun, or has ended.
    public void setInvestigating(boolean begins) {
        looks += begins ? 1 : -1;
    }

    /// Whether a better message may still come.
    public boolean explanationExpected() {
        return looks > 0 || kinds.values().stream().anyMatch(trouble -> trouble.awaited);
    }

    /// The message of the latest failure; reported if the worker ends.
    public Optional<String> last() {
        return Optional.ofNullable(last).map(trouble -> trouble.why);
    }
}
