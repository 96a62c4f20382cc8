package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bench.ClientConnection.IncidentException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Uses a real server process, which is stopped and killed.
class StoppedProcessTest {
    private int port;
    private Process server;
    private int pid;

    @BeforeEach
    void startServer() throws IOException {
        port = BenchEnvironment.freePort(1);
        server =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.berth.examples.SocketLoopServer",
                                Integer.toString(port))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        pid = (int) server.pid();
        Waits.until(
                Duration.ofSeconds(20),
                () -> Load.run(plan().withBounds(Duration.ofSeconds(5), 1)).failed() == 0,
                () -> "the server does not answer");
    }

    @AfterEach
    void endServer() throws InterruptedException {
        server.destroyForcibly();
        assertThat(server.waitFor(180, TimeUnit.SECONDS)).isTrue();
    }

    private LoadPlan plan() {
        return LoadPlan.defaults(port).withClients(1);
    }

    private void awaitAccepted(ClientConnection connection) {
        Waits.until(
                Duration.ofSeconds(10),
                () -> accepted().contains(connection.localPort()),
                () -> "not accepted");
    }

    private Set<Integer> accepted() {
        try {
            Set<Long> inodes = ProcFs.socketInodes(pid);
            return TcpTable.onPort(port).stream()
                    .filter(row -> !row.listens() && inodes.contains(row.inode()))
                    .map(TcpTable.Row::remotePort)
                    .collect(java.util.stream.Collectors.toSet());
        } catch (IOException e) {
            return Set.of();
        }
    }

    private static FailedRequest failureOf(ClientConnection connection) {
        try {
            throw new AssertionError("answered: " + connection.get("/", true));
        } catch (IncidentException e) {
            return e.failure();
        }
    }

    @Test
    void aKillExplainsAcceptedConnectionsAndNotQueuedOnes() throws Exception {
        try (ClientConnection held = ClientConnection.open(plan())) {
            awaitAccepted(held);
            StoppedProcess.of(pid, port);
            try (ClientConnection waits = ClientConnection.open(plan())) {
                StoppedProcess stopped = StoppedProcess.of(pid, port);
                assertThat(stopped.pids()).containsExactly(pid);
                assertThat(stopped.clientPorts()).containsExactly(held.localPort());
                assertThat(stopped.waiting()).isEqualTo(1);
                stopped.kill();
                assertThat(server.waitFor(180, TimeUnit.SECONDS)).isTrue();

                assertThat(stopped.explains(failureOf(held))).isTrue();
                assertThat(stopped.explains(failureOf(waits))).isFalse();
            }
        }
    }

    @Test
    void aKillExplainsNeitherEarlierFailuresNorLaterConnections() throws IOException {
        StoppedProcess stopped =
                new StoppedProcess(java.util.List.of(pid), 1_000, Set.of(40_000), 0);
        assertThat(stopped.explains(failure(40_000, 500, 1_500))).isTrue();
        assertThat(stopped.explains(failure(40_000, 500, 900))).isFalse();
        assertThat(stopped.explains(failure(40_000, 1_100, 1_500))).isFalse();
        assertThat(stopped.explains(failure(40_001, 500, 1_500))).isFalse();
    }

    private static FailedRequest failure(int localPort, long openedNanos, long failedNanos) {
        return new FailedRequest(
                Outcome.RESET_BEFORE_ANSWER, localPort, openedNanos, failedNanos, 0, "");
    }

    @Test
    void theProcessTableListsThisProcessAndItsChild() throws IOException {
        int self = (int) ProcessHandle.current().pid();
        assertThat(ProcFs.tree(self)).extracting(ProcFs.Life::pid).contains(self, pid);
        assertThat(ProcFs.rootsOf(Set.of(pid), Set.of(self))).containsEntry(pid, self);
        assertThat(ProcFs.pssKilobytes(pid)).isPositive();
        assertThat(ProcFs.of(self)).hasValueSatisfying(life -> assertThat(life.goesOn()).isTrue());
    }

    @Test
    void aNameWithBlanksAndParenthesesIsParsed() {
        String line = "7 (a) b (c) T 3 7 7 0 -1 0 0 0 0 0 11 22 0 0 20 0 1 0 555 0 0";
        assertThat(ProcFs.parse(line)).isEqualTo(new ProcFs.Life(7, 3, 'T', 555, 33));
    }
}
