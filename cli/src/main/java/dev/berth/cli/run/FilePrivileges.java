package dev.berth.cli.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.berth.sys.Capability;
import dev.berth.sys.FileCapabilities;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The privileges that the kernel gives a program because of its file: capabilities, or another
/// user or group. All are lost under `no_new_privs`.
///
/// **Source:** capabilities(7), execve(2)
///
/// @param file the program; for a script its interpreter, whose privileges count
/// @param capabilities the capabilities of the file, as set by setcap(8)
/// @param setuid the uid that it runs with, whoever starts it
/// @param setgid whether it has the setgid bit
record FilePrivileges(
        Path file,
        Optional<FileCapabilities> capabilities,
        Optional<Integer> setuid,
        boolean setgid) {
    private static final int SETUID = 04000;
    private static final int SETGID = 02000;
    private static final int MOST_LINE = 256;

    /// The privileges of the program in `file`; none where the file cannot be read.
    static FilePrivileges of(Path file) {
        Path program = interpreter(file).orElse(file);
        Optional<FileCapabilities> capabilities = FileCapabilities.of(program);
        try {
            Map<String, Object> known = Files.readAttributes(program, "unix:mode,uid");
            int mode = known.get("mode") instanceof Integer bits ? bits : 0;
            Optional<Integer> uid =
                    (mode & SETUID) != 0 && known.get("uid") instanceof Integer owner
                            ? Optional.of(owner)
                            : Optional.empty();
            return new FilePrivileges(program, capabilities, uid, (mode & SETGID) != 0);
        } catch (IOException unreadable) {
            return new FilePrivileges(program, capabilities, Optional.empty(), false);
        }
    }

    /// The interpreter that the first line of a script names.
    private static Optional<Path> interpreter(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            String head = new String(in.readNBytes(MOST_LINE), ISO_8859_1);
            if (!head.startsWith("#!")) {
                return Optional.empty();
            }
            String line = head.lines().findFirst().orElse("").substring(2).strip();
            return line.startsWith("/")
                    ? Optional.of(Path.of(line.split("\\s", 2)[0]))
                    : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /// Whether the file gives any privileges.
    boolean any() {
        return capabilities.isPresent() || setuid.isPresent() || setgid;
    }

    /// Whether any user's process that executes it may bind ports below 1024.
    boolean lowPorts() {
        return setuid.equals(Optional.of(0))
                || capabilities
                        .map(own -> own.permitted().contains(Capability.NET_BIND_SERVICE))
                        .orElse(false);
    }

    /// For people: `/usr/bin/server (cap_net_bind_service=ep)`.
    @Override
    public String toString() {
        String what =
                capabilities
                        .map(FileCapabilities::toString)
                        .orElse(setuid.map(uid -> "setuid, uid " + uid).orElse("setgid"));
        return file + " (" + what + ")";
    }
}
