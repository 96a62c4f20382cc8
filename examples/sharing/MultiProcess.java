import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/** Starts four workers if they can share a port, else one, and asks until each has answered. */
public class MultiProcess {
    public static void main(String[] args) throws IOException {
        ServerSocket free = new ServerSocket(0);
        free.close();
        boolean share = free.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
        if (args.length == 2) {
            serve(listen(Integer.parseInt(args[0]), share), args[1]);
        }
        int count = share ? 4 : 1;
        ProcessHandle.Info self = ProcessHandle.current().info();
        List<Process> workers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> command = new ArrayList<>(List.of(self.command().orElse("java")));
            command.addAll(List.of(self.arguments().orElseThrow()));
            command.addAll(List.of(Integer.toString(free.getLocalPort()), "worker " + i));
            workers.add(new ProcessBuilder(command).inheritIO().start());
        }
        Set<String> answers = new TreeSet<>();
        while (answers.size() < count && workers.stream().allMatch(Process::isAlive)) {
            try (Socket client = new Socket("127.0.0.1", free.getLocalPort())) {
                answers.add(new String(client.getInputStream().readAllBytes()));
            } catch (IOException noneListensYet) {
                LockSupport.parkNanos(20_000_000);
            }
        }
        answers.forEach(System.out::print);
        workers.forEach(Process::destroy);
    }

    static ServerSocket listen(int port, boolean share) throws IOException {
        ServerSocket server = new ServerSocket();
        if (share) {
            server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        server.bind(new InetSocketAddress("127.0.0.1", port));
        return server;
    }

    static void serve(ServerSocket server, String name) throws IOException {
        while (true) {
            try (Socket client = server.accept()) {
                client.getOutputStream().write(("handled by " + name + "\n").getBytes());
            }
        }
    }
}
