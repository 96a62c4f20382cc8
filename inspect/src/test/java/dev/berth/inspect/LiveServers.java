package dev.berth.inspect;

import dev.berth.testkit.ChildProcess;

import java.io.IOException;
import java.time.Duration;

/// Python programs that hold sockets on a port until they are closed.
final class LiveServers {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String HEAD =
            "import socket,os,time\n"
                    + "def listener(port, share=1, backlog=5):\n"
                    + "  s = socket.socket()\n"
                    + "  s.setsockopt(1, 15, share)\n"
                    + "  s.bind(('127.0.0.1', port))\n"
                    + "  s.listen(backlog)\n"
                    + "  return s\n";

    private LiveServers() {}

    /// Runs `body` after the definition of `listener(port, share, backlog)`, and waits until it has
    /// finished; the program then sleeps.
    static ChildProcess python(String body) throws IOException {
        String tail = "\nprint('ready', flush=True)\ntime.sleep(60)\n";
        ChildProcess child = ChildProcess.start("python3", "-c", HEAD + body + tail);
        try {
            child.awaitLine(line -> line.equals("ready"), LIMIT);
            return child;
        } catch (AssertionError failed) {
            child.close();
            throw failed;
        }
    }
}
