package dev.berth.cli.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether this process has a controlling terminal. The kernel announces the end of that terminal
/// with SIGHUP, and detaches it from the process before it sends the signal.
///
/// **Source:** proc_pid_stat(5), field 7, 0 for none; credentials(7), section "Sessions"; setsid(2)
public final class ControllingTerminal {
    private static final Path STAT = Path.of("/proc/self/stat");

    /// The index of the field, counted after the parenthesis that ends the name.
    private static final int TERMINAL = 5;

    private ControllingTerminal() {}

    /// Also false if there is no /proc.
    public static boolean present() {
        try {
            return present(Files.readString(STAT, StandardCharsets.ISO_8859_1));
        } catch (IOException noProc) {
            return false;
        }
    }

    /// Whether the line of /proc names a terminal.
    ///
    /// @param stat `42 (a name) S PARENT GROUP SESSION TERMINAL …`
    static boolean present(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).split(" ");
        return fields.length > TERMINAL && !fields[TERMINAL].equals("0");
    }
}
