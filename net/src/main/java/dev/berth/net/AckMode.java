package dev.berth.net;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// How the kernel acknowledges what a TCP connection receives. A connection is interactive
/// ("pingpong") from the moment at which data went out shortly after data had come in. It stops
/// being interactive once an acknowledgement had to go out alone because nothing was sent in time.
///
/// For a connection that has been quiet for longer than the kernel delays acknowledgements, this
/// shows who spoke last where the two clocks of [TcpInfo] do not. If it is interactive, the
/// received data was answered, or was acknowledged at once (as some requests of several segments
/// are); otherwise it was not.
///
/// **Shape:** a line of `/proc/net/tcp`, from word 9 on: inode, references, pointer, timeout,
/// `ato`, then `quick << 1 | pingpong` in decimal digits.
///
/// **Since:** interactive after one answer on Linux 3.0 to 5.0 and 6.7, otherwise after three
///
/// **Source:** net/ipv4/tcp_ipv4.c `get_tcp4_sock`, net/ipv4/tcp_output.c `tcp_event_data_sent`,
/// net/ipv4/tcp_timer.c `tcp_delack_timer_handler`
public final class AckMode {
    private static final String DIRECTORY = "/proc/thread-self/net/";
    private static final int INODE = 9;
    private static final int MODE = 14;

    private AckMode() {}

    /// Whether each of these connections is interactive, by inode, for those in the network
    /// namespace of the calling thread. Reads the table of the whole namespace: some 3 µs per
    /// socket.
    ///
    /// @throws IOException if /proc is not mounted
    public static Map<Long, Boolean> interactive(Collection<Long> inodes) throws IOException {
        Map<Long, Boolean> found = new HashMap<>();
        read(new File(DIRECTORY + "tcp"), inodes, found);
        File six = new File(DIRECTORY + "tcp6");
        if (six.exists()) {
            read(six, inodes, found);
        }
        return found;
    }

    private static void read(File table, Collection<Long> inodes, Map<Long, Boolean> found)
            throws IOException {
        try (BufferedReader in =
                Files.newBufferedReader(table.toPath(), StandardCharsets.ISO_8859_1)) {
            in.readLine();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.strip().split(" +");
                if (words.length > MODE && inodes.contains(Long.parseLong(words[INODE]))) {
                    boolean odd = (Integer.parseInt(words[MODE]) & 1) != 0;
                    found.put(Long.parseLong(words[INODE]), odd);
                }
            }
        }
    }
}
