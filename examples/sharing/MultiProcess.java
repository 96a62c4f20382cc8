import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A parent starts four workers that share one port. Run it with a port; Enter ends it. */
public class MultiProcess {
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(args[0]);
        try (ServerSocketChannel probe = ServerSocketChannel.open()) {
            if (args.length > 1) {
                serve(listen(port, probe.supportedOptions()), "worker " + args[1]);
            } else {
                parent(port, workers(probe.supportedOptions()));
            }
        }
    }

    /** Four processes where they can share the port, else one. */
    static int workers(Set<SocketOption<?>> supported) {
        return supported.contains(StandardSocketOptions.SO_REUSEPORT) ? 4 : 1;
    }

    private static void parent(int port, int count) throws IOException {
        ProcessHandle.Info self = ProcessHandle.current().info();
        List<Process> workers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> command = new ArrayList<>(List.of(self.command().orElse("java")));
            command.addAll(List.of(self.arguments().orElseThrow()));
            command.add(Integer.toString(i));
            workers.add(new ProcessBuilder(command).inheritIO().start());
        }
        System.in.read();
        workers.forEach(Process::destroy);
    }

    static ServerSocketChannel listen(int port, Set<SocketOption<?>> supported) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        if (supported.contains(StandardSocketOptions.SO_REUSEPORT)) {
            server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        return server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    static void serve(ServerSocketChannel server, String name) throws IOException {
        System.out.println(name + " (pid " + ProcessHandle.current().pid() + ") listens");
        while (server.isOpen()) {
            try (SocketChannel client = server.accept()) {
                client.write(ByteBuffer.wrap(("handled by " + name + "\n").getBytes()));
            }
        }
    }
}
