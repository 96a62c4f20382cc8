package dev.berth.bench;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The ways in which a new version can be bad, and what `berth roll` must report for each.
enum BadVersion {
    /// Does not load: fails 1.6 s after its start. The report gives the exit status and the error.
    BOOT("boot", "0.0.0.0", List.of("(ended|exited)[^:]*: exit [1-9]", "there.is.no.such")),
    /// Listens on 127.0.0.1 only.
    NARROWER(
            "good",
            "127.0.0.1",
            List.of(
                    "listens on tcp://.*127\\.0\\.0\\.1",
                    "does not cover tcp://(0\\.0\\.0\\.0|\\[::\\])",
                    "--allow-new-addresses")),
    /// Listens but never accepts.
    SILENT(
            "silent",
            "0.0.0.0",
            List.of("accepts no connection|none of its processes waited for a connection")),
    /// Its first connection ends it; that connection is lost with everything it had accepted.
    DIES("dies", "0.0.0.0", List.of("exited unexpectedly: (exit 4|killed by SIGKILL)"));

    private static final String STAYS = "the old generation serves on\\s*$";

    private final String version;
    private final String address;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> words;

    BadVersion(String version, String address, List<String> words) {
        this.version = version;
        this.address = address;
        this.words = words;
    }

    /// Its name on the command line.
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Its command.
    List<String> command(BadRollServer server, BenchEnvironment bench, int port) {
        return server.words(bench, version, address, port);
    }

    /// Whether requests that it had accepted may fail.
    boolean loses() {
        return this == DIES;
    }

    /// Whether `text` gives the right reason and says that nothing has changed.
    boolean explains(String text) {
        return Pattern.compile(STAYS).matcher(text).find()
                && words.stream().allMatch(word -> Pattern.compile(word).matcher(text).find());
    }
}
