package dev.berth.inspect;

import dev.berth.sys.Users;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Names of users by their number. The file is read first: asking libc, which may ask the network,
/// costs more than the rest of a report.
public final class UserNames {
    private static final Path FILE = Path.of("/etc/passwd");

    private final Map<Integer, String> names = new HashMap<>();

    /// Reads the system's own accounts file.
    public UserNames() {
        try {
            String text = Files.readString(FILE, StandardCharsets.ISO_8859_1);
            text.lines().forEach(this::add);
        } catch (IOException unreadable) {
            names.clear();
        }
    }

    private void add(String line) {
        String[] fields = line.split(":", 4);
        if (fields.length == 4 && fields[2].matches("[0-9]{1,10}")) {
            names.putIfAbsent((int) Long.parseLong(fields[2]), fields[0]);
        }
    }

    /// The account's name, or the number if there is no account.
    public String name(int uid) {
        return names.computeIfAbsent(
                uid,
                unlisted ->
                        Users.byUid(unlisted)
                                .map(user -> user.name())
                                .orElse(Integer.toUnsignedString(unlisted)));
    }
}
