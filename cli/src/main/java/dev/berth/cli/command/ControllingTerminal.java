package dev.berth.cli.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether this process has a controlling terminal: the one whose end the kernel announces by
/// SIGHUP. The kernel takes it away before it sends that.
///
/// **source**: proc_pid_stat(5), field 7, 0 for none; credentials(7), section "Sessions"; setsid(2)
public final class ControllingTerminal {
    private static final Path STAT = Path.of("/proc/self/stat");

    /// The place of the field after the name, whose end is a parenthesis.
    private static final int TERMINAL = 5;

    private ControllingTerminal() {}

    /// False too where there is no /proc.
    public static boolean present() {
        try {
            return present(Files.readString(STAT, StandardCharsets.ISO_8859_1));
        } catch (IOException noProc) {
            return false;
        }
    }

    /// - `stat`: `42 (a name) S PARENT GROUP SESSION TERMINAL …`
    static boolean present(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).split(" ");
        return fields.length > TERMINAL && !fields[TERMINAL].equals("0");
    }
}
