package dev.berth.net;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The Unix sockets that listen, as `/proc/net/unix` of the caller's network namespace lists them.
///
/// **Shape:** a line: `Num RefCount Protocol Flags Type St Inode Path`; `Flags` has the bit
/// `00010000` for a listener, `Path` is absent for a socket without a name and begins with `@` for
/// an abstract one.
///
/// **Source:** proc_pid_net(5), unix(7)
public final class UnixListeners {
    private static final Pattern LISTENER =
            Pattern.compile(
                    "[0-9a-f]+: [0-9A-F]+ [0-9A-F]+ 00010000 [0-9A-F]+ [0-9A-F]+ +([0-9]{1,18})"
                            + " (.+)");

    private UnixListeners() {}

    /// The names of the listeners whose inode is one of `inodes`; empty if the list cannot be read.
    public static List<String> of(Set<Long> inodes) {
        byte[] table = ProcFiles.readAll("/proc/thread-self/net/unix");
        return decode(new String(table, StandardCharsets.UTF_8), inodes);
    }

    static List<String> decode(String table, Set<Long> inodes) {
        List<String> found = new ArrayList<>();
        for (String line : table.split("\n")) {
            Matcher listener = LISTENER.matcher(line);
            if (listener.matches() && inodes.contains(Long.parseLong(listener.group(1)))) {
                found.add(listener.group(2));
            }
        }
        return found;
    }
}
