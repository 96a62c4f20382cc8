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

/// What the kernel gives a program because of its file: capabilities, or another user or group. All
/// of it is lost under `no_new_privs`.
///
/// **source**: capabilities(7), execve(2)
///
/// @param file the program; of a script its interpreter, which is what counts
/// @param capabilities of the file, as setcap(8) sets them
/// @param setuid the uid that it runs as whoever starts it
/// @param setgid whether it has the setgid bit
record FilePrivileges(
        Path file,
        Optional<FileCapabilities> capabilities,
        Optional<Integer> setuid,
        boolean setgid) {
    private static final int SETUID = 04000;
    private static final int SETGID = 02000;
    private static final int MOST_LINE = 256;

    /// Those of the program in `file`; of what cannot be read there are none.
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

    /// The program that the first line of a script names.
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

    /// Whether there are any.
    boolean any() {
        return capabilities.isPresent() || setuid.isPresent() || setgid;
    }

    /// Whether a process of any user that executes it may bind the ports below 1024.
    boolean lowPorts() {
        return setuid.equals(Optional.of(0))
                || capabilities
                        .map(own -> own.permitted().contains(Capability.NET_BIND_SERVICE))
                        .orElse(false);
    }

    /// In words: `/usr/bin/server (cap_net_bind_service=ep)`.
    @Override
    public String toString() {
        String what =
                capabilities
                        .map(FileCapabilities::toString)
                        .orElse(setuid.map(uid -> "setuid, uid " + uid).orElse("setgid"));
        return file + " (" + what + ")";
    }
}
