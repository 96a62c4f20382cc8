package dev.berth.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Processes that hold many sockets in a network namespace of their own: each has a listener and
/// both ends of the connections to it. They end with this program, and the namespace with them.
///
/// Requires root, python3, unshare, nsenter and ip.
final class BusyMachine implements AutoCloseable {
    private static final int EACH = 2_250;

    /// Holds as many sockets as its first argument says; listens on the port given by the second.
    private static final String HOLDER =
            """
            import socket, sys
            count, port = int(sys.argv[1]), int(sys.argv[2])
            listener = socket.create_server(('127.0.0.1', port), backlog=1024)
            held = [listener]
            while len(held) < count:
                client = socket.create_connection(listener.getsockname())
                held += [client, listener.accept()[0]]
            print('ready', flush=True)
            sys.stdin.read()
            """;

    private final List<Process> holders = new ArrayList<>();
    private int sockets;

    /// Creates one with nothing but a listener on `port`.
    static BusyMachine open(int port) throws IOException {
        var machine = new BusyMachine();
        try {
            List<String> first = List.of("unshare", "--net", "sh", "-c");
            String raised = "ip link set lo up && exec \"$@\"";
            List<String> words = new ArrayList<>(first);
            words.addAll(List.of(raised, "sh"));
            words.addAll(holder(1, port));
            machine.start(words, 1);
            return machine;
        } catch (IOException | RuntimeException failed) {
            machine.close();
            throw failed;
        }
    }

    /// Starts processes until there are `count` sockets.
    void fill(int count) throws IOException {
        while (sockets < count) {
            int more = Math.min(EACH, count - sockets);
            start(inside(holder(more, 0)), more);
        }
    }

    int sockets() {
        return sockets;
    }

    /// The command line that runs `command` inside the namespace.
    List<String> inside(List<String> command) {
        Path namespace = Path.of("/proc", Long.toString(holders.getFirst().pid()), "ns/net");
        List<String> words = new ArrayList<>(List.of("nsenter", "--net=" + namespace));
        words.addAll(command);
        return words;
    }

    private static List<String> holder(int count, int port) {
        return List.of("python3", "-c", HOLDER, Integer.toString(count), Integer.toString(port));
    }

    private void start(List<String> words, int count) throws IOException {
        Process process =
                new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        holders.add(process);
        BufferedReader output = process.inputReader();
        if (!"ready".equals(output.readLine())) {
            throw new IOException("could not open " + count + " sockets");
        }
        sockets += count;
    }

    /// Ends all processes by closing their standard input.
    @Override
    public void close() {
        for (Process holder : holders) {
            try {
                holder.getOutputStream().close();
                holder.waitFor();
            } catch (IOException ended) {
                holder.destroyForcibly();
            } catch (InterruptedException e) {
                holder.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
