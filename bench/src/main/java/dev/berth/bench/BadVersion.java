package dev.berth.bench;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The ways in which a new version is bad, and what `berth roll` has to say of each.
enum BadVersion {
    /// It does not load: fails 1.6 s after its start. How it ended, and the error.
    BOOT("boot", "0.0.0.0", List.of("ended[^:]*: exit [1-9]", "there.is.no.such")),
    /// It listens on 127.0.0.1 only.
    NARROWER(
            "good",
            "127.0.0.1",
            List.of(
                    "listens on tcp://.*127\\.0\\.0\\.1",
                    "does not cover tcp://(0\\.0\\.0\\.0|\\[::\\])",
                    "--allow-new-addresses")),
    /// It listens and never accepts.
    SILENT(
            "silent",
            "0.0.0.0",
            List.of("accepts no connection|none of its processes waited for a connection")),
    /// Its first connection ends it, and is lost with what it had accepted.
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

    /// As it is named on the command line.
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Its command.
    List<String> command(BadRollServer server, Workshop shop, int port) {
        return server.words(shop, version, address, port);
    }

    /// Whether requests may fail that it had accepted.
    boolean loses() {
        return this == DIES;
    }

    /// Whether `text` names the right reason, and says that nothing has changed.
    boolean explains(String text) {
        return Pattern.compile(STAYS).matcher(text).find()
                && words.stream().allMatch(word -> Pattern.compile(word).matcher(text).find());
    }
}
