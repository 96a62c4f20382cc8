package dev.berth.supervise;

import dev.berth.net.ProcessList;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.Await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Clients that have sent a request and wait at a stopped process, so that the queue of its socket
/// is filled.
final class QueuedClients implements AutoCloseable {
    private final List<Socket> clients = new ArrayList<>();
    private final int pid;

    private QueuedClients(int pid) {
        this.pid = pid;
    }

    /// Stops the only process of a group, and fills its queue.
    static QueuedClients at(NamespacedSupervisor supervisor, int pid, int count) throws Exception {
        QueuedClients queued = stop(pid);
        try {
            supervisor.inside(() -> queued.fill(count));
            supervisor.await("a full queue", () -> supervisor.queued() >= count);
            return queued;
        } catch (Exception | AssertionError failed) {
            queued.close();
            throw failed;
        }
    }

    /// Returns once the process has stopped: until then it may accept.
    static QueuedClients stop(int pid) {
        Processes.kill(pid, Signal.STOP.number());
        Await.until(
                Duration.ofSeconds(10),
                () -> ProcessList.of(pid).orElseThrow().state().equals("T"),
                () -> pid + " does not stop");
        return new QueuedClients(pid);
    }

    boolean fill(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Socket client = new Socket();
            clients.add(client);
            client.setSoTimeout(180_000);
            client.connect(NamespacedSupervisor.at("127.0.0.1", NamespacedSupervisor.PORT), 10_000);
            client.getOutputStream()
                    .write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        return true;
    }

    void kill() {
        Processes.kill(pid, Signal.KILL.number());
    }

    /// The workers that answered; fails if any client got no response.
    Set<String> answers() throws IOException {
        Set<String> answers = new TreeSet<>();
        for (Socket client : clients) {
            answers.add(ClientLoad.body(client.getInputStream().readAllBytes()));
        }
        return answers;
    }

    @Override
    public void close() throws IOException {
        Processes.kill(pid, Signal.CONT.number());
        for (Socket client : clients) {
            client.close();
        }
    }
}
