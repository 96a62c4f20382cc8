package dev.berth.inspect;

import dev.berth.net.Protocol;
import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Checks whether the rules are those of the running kernel: a short replay of a corpus and of
/// random histories in its own network namespace, done once for each kernel release.
///
/// @param release of the kernel, as returned by uname(2)
/// @param verdict the result
/// @param uids whether it included sockets with several uids, which needs root
/// @param detail the history that differed, or why nothing was replayed; else empty
public record KernelCheck(String release, Agreement verdict, boolean uids, String detail) {
    private static final int RANDOM_EACH = 100;
    private static final int OTHER_UID = 1000;

    /// The result of the replay.
    public enum Agreement {
        /// Every answer was the predicted one.
        AGREED,
        /// An answer differed from the prediction.
        DIFFERED,
        /// No replay was possible.
        NOT_RUN
    }

    /// The result for the running kernel: the stored one, or that of a replay, which takes less
    /// than a second. Never fails.
    ///
    /// The result is stored in `$XDG_CACHE_HOME/berth`, or `~/.cache/berth`.
    public static KernelCheck here(Map<String, String> environment) {
        return new KernelCheckCache(environment).get();
    }

    /// The stored result for the running kernel, or that there was no replay yet. Never fails, and
    /// starts nothing.
    static KernelCheck kept(Map<String, String> environment) {
        return new KernelCheckCache(environment).kept();
    }

    /// Why a forecast may be wrong on this kernel; empty if it is not in doubt.
    Optional<String> doubt() {
        return switch (verdict) {
            case AGREED -> Optional.empty();
            case DIFFERED ->
                    Optional.of(
                            ("the rules do not quite match this kernel (%s): a replay differed"
                                            + " in \"%s\"")
                                    .formatted(release, detail));
            case NOT_RUN ->
                    Optional.of(
                            "the rules could not be checked on this kernel (%s): %s"
                                    .formatted(release, detail));
        };
    }

    /// Like [#doubt], for sockets with different uids.
    Optional<String> doubtOfUids() {
        return verdict == Agreement.AGREED && !uids
                ? Optional.of(
                        "the rules for sockets with different uids were not checked on this kernel;"
                                + " checking them needs root")
                : Optional.empty();
    }

    /// Whether sock_diag lists TCP sockets that are bound and do not listen.
    boolean showsBoundSockets() {
        String[] numbers = release.split("[^0-9]", 3);
        try {
            int major = Integer.parseInt(numbers[0]);
            return major > 6 || (major == 6 && Integer.parseInt(numbers[1]) >= 8);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException strange) {
            return false;
        }
    }

    /// Replays in a fresh namespace of the calling process, whose rights must be sufficient.
    static KernelCheck replay(String release, RandomGenerator random) {
        try (HistoryRunner runner = HistoryRunner.open()) {
            boolean uids = canChangeOwner(runner);
            Optional<String> difference = difference(runner, uids, random);
            Agreement verdict = difference.isPresent() ? Agreement.DIFFERED : Agreement.AGREED;
            return new KernelCheck(release, verdict, uids, difference.orElse(""));
        } catch (IOException | RuntimeException failed) {
            return notRun(release, message(failed));
        }
    }

    static KernelCheck notRun(String release, String reason) {
        return new KernelCheck(release, Agreement.NOT_RUN, false, reason);
    }

    private static String message(Exception failed) {
        String text = failed.getMessage();
        return text == null ? failed.toString() : text;
    }

    private static boolean canChangeOwner(HistoryRunner runner) throws IOException {
        String uid = Integer.toString(OTHER_UID);
        try {
            runner.run(HistoryText.parse("uid tcp: socket a 4 uid=" + uid));
            return true;
        } catch (ErrnoException refused) {
            return false;
        }
    }

    private static Optional<String> difference(
            HistoryRunner runner, boolean uids, RandomGenerator random) throws IOException {
        for (History history : HistoryCorpus.histories()) {
            if ((uids || !history.needsOtherUid(0)) && differs(runner, history)) {
                return Optional.of(history.toString());
            }
        }
        HistoryGenerator generator = new HistoryGenerator(random, uids);
        for (int i = 0; i < RANDOM_EACH * Protocol.values().length; i++) {
            Protocol[] all = Protocol.values();
            History history = generator.next(all[i % all.length]);
            if (differs(runner, history)) {
                return Optional.of(history.toString());
            }
        }
        return Optional.empty();
    }

    private static boolean differs(HistoryRunner runner, History history) throws IOException {
        List<Optional<String>> predicted = HistoryModel.predict(history);
        List<String> answers = runner.run(history);
        for (int i = 0; i < answers.size(); i++) {
            String answer = answers.get(i);
            if (!predicted.get(i).orElse(answer).equals(answer)) {
                if (answer.equals("EACCES") || answer.equals("EPERM")) {
                    throw new IOException("something keeps this process from binding: " + answer);
                }
                return true;
            }
        }
        return false;
    }
}
