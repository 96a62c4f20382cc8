package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Which workers really get the connections, for each policy.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class PoliciesTest {
    private static final int PORT = NamespacedSupervisor.PORT;

    /// Sends its identity at once, and keeps the connection until the client closes it.
    private static final String KEEPING =
            """
            def keep(c):
                c.sendall((who() + "\\n").encode())
                while c.recv(100):
                    pass
                c.close()

            s = listen(('0.0.0.0', 8080))
            while True:
                c = s.accept()[0]
                threading.Thread(target=keep, args=(c,), daemon=True).start()
            """;

    @TempDir Path directory;

    private NamespacedSupervisor harbour(SteeringBackend backend, String policy, int workers)
            throws Exception {
        return NamespacedSupervisor.open(directory).steer(backend).policy(policy).workers(workers);
    }

    private static int slot(String who) {
        return Integer.parseInt(who.substring(0, who.indexOf('.')));
    }

    /// How many of `connections` connections each slot answered.
    private static Map<Integer, Integer> counts(NamespacedSupervisor supervisor, int connections)
            throws Exception {
        return supervisor.inside(
                () -> {
                    Map<Integer, Integer> counts = new TreeMap<>();
                    for (int i = 0; i < connections; i++) {
                        counts.merge(slot(ask(supervisor, counts)), 1, Integer::sum);
                    }
                    return counts;
                });
    }

    /// Asks once; if there is no response, fails with the answers so far.
    private static String ask(NamespacedSupervisor supervisor, Map<Integer, Integer> until)
            throws IOException {
        try {
            return ClientLoad.ask(NamespacedSupervisor.at("127.0.0.1", PORT));
        } catch (IOException failed) {
            throw new IOException("after " + until + ": " + supervisor.said(), failed);
        }
    }

    @Test
    void roundRobinIsExact() throws Exception {
        try (NamespacedSupervisor supervisor = harbour(SteeringBackend.EBPF, "round-robin", 3)) {
            supervisor.start(PythonServers.plain(directory));
            assertThat(counts(supervisor, 300)).isEqualTo(Map.of(0, 100, 1, 100, 2, 100));
            assertThat(supervisor.status().steer()).isEqualTo("round-robin (ebpf)");
        }
    }

    @Test
    void weightsAreExactWithMaps() throws Exception {
        try (NamespacedSupervisor supervisor = harbour(SteeringBackend.EBPF, "weighted:1=10%", 2)) {
            supervisor.start(PythonServers.plain(directory));
            assertThat(counts(supervisor, 200)).isEqualTo(Map.of(0, 180, 1, 20));
            RequestResult changed = supervisor.ask(new Request.Steer(Policy.parse("weighted:0=3")));
            assertThat(changed.done()).as(changed.text()).isTrue();
            assertThat(counts(supervisor, 200)).isEqualTo(Map.of(0, 150, 1, 50));
        }
    }

    @Test
    void weightsAreAboutRightWithoutMaps() throws Exception {
        try (NamespacedSupervisor supervisor = harbour(SteeringBackend.CBPF, "weighted:1=20%", 2)) {
            supervisor.start(PythonServers.plain(directory));
            assertThat(counts(supervisor, 500).get(1)).isBetween(50, 160);
            assertThat(supervisor.status().steer()).isEqualTo("weighted:1=20% (classic bpf)");
            supervisor.roll();
            assertThat(counts(supervisor, 500).get(1)).isBetween(50, 160);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void randomReachesEveryWorker(SteeringBackend backend) throws Exception {
        try (NamespacedSupervisor supervisor = harbour(backend, "random", 3)) {
            supervisor.start(PythonServers.plain(directory));
            assertThat(counts(supervisor, 100)).containsOnlyKeys(0, 1, 2);
        }
    }

    /// The slot of each of 100 client addresses.
    private static List<Integer> homes(NamespacedSupervisor supervisor) throws Exception {
        return supervisor.inside(
                () -> {
                    List<Integer> homes = new ArrayList<>();
                    for (int client = 1; client <= 100; client++) {
                        try (Socket socket = new Socket()) {
                            socket.setSoTimeout(180_000);
                            socket.bind(NamespacedSupervisor.at("127.0.1." + client, 0));
                            socket.connect(NamespacedSupervisor.at("127.0.0.1", PORT));
                            homes.add(slot(ClientLoad.ask(socket)));
                        }
                    }
                    return homes;
                });
    }

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void aClientStaysWithItsWorker(SteeringBackend backend) throws Exception {
        try (NamespacedSupervisor supervisor = harbour(backend, "source", 3)) {
            supervisor.start(PythonServers.plain(directory));
            List<Integer> homes = homes(supervisor);
            assertThat(homes).contains(0, 1, 2);
            assertThat(homes(supervisor)).isEqualTo(homes);
            supervisor.roll();
            assertThat(homes(supervisor)).isEqualTo(homes);

            assertThat(supervisor.ask(new Request.Scale(4)).done()).isTrue();
            List<Integer> four = homes(supervisor);
            assertThat(four).contains(3);
            for (int client = 0; client < homes.size(); client++) {
                assertThat(four.get(client)).isIn(homes.get(client), 3);
            }
            assertThat(supervisor.ask(new Request.Drain(3)).done()).isTrue();
            assertThat(homes(supervisor)).isEqualTo(homes);
        }
    }

    private static String allowed(int pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("Cpus_allowed_list:")) {
                return line.substring(line.indexOf(':') + 1).strip();
            }
        }
        throw new IOException("no affinity of " + pid);
    }

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void eachCpuHasAWorkerPinnedToIt(SteeringBackend backend) throws Exception {
        int[] cpus = Processes.affinity(0);
        String everywhere = allowed((int) ProcessHandle.current().pid());
        try (NamespacedSupervisor supervisor = harbour(backend, "cpu", cpus.length)) {
            supervisor.start(PythonServers.plain(directory));
            for (int slot = 0; slot < cpus.length; slot++) {
                int cpu = cpus[slot];
                assertThat(allowed(supervisor.pid(slot))).isEqualTo(String.valueOf(cpu));
                int here = slot;
                supervisor.inside(
                        () -> {
                            assertThat(Processes.pinTo(cpu)).isZero();
                            for (int i = 0; i < 20; i++) {
                                String who =
                                        ClientLoad.ask(NamespacedSupervisor.at("127.0.0.1", PORT));
                                assertThat(slot(who)).isEqualTo(here);
                            }
                            assertThat(Processes.setAffinity(0, cpus)).isZero();
                            return 0;
                        });
            }
            assertThat(supervisor.ask(new Request.Steer(new Policy.Hash())).done()).isTrue();
            assertThat(allowed(supervisor.pid(0))).isEqualTo(everywhere);
            assertThat(supervisor.ask(new Request.Steer(new Policy.Cpu())).done()).isTrue();
            assertThat(allowed(supervisor.pid(0))).isEqualTo(String.valueOf(cpus[0]));
        }
    }

    /// Connections that stay open, each with the slot that has it.
    private static final class OpenClients implements AutoCloseable {
        private final List<Socket> sockets = new ArrayList<>();

        int open(NamespacedSupervisor supervisor) throws Exception {
            return supervisor.inside(
                    () -> {
                        Socket socket = new Socket();
                        sockets.add(socket);
                        socket.setSoTimeout(180_000);
                        socket.connect(NamespacedSupervisor.at("127.0.0.1", PORT), 5_000);
                        StringBuilder who = new StringBuilder();
                        for (int c = socket.getInputStream().read(); c > '\n'; ) {
                            who.append((char) c);
                            c = socket.getInputStream().read();
                        }
                        return slot(who.toString());
                    });
        }

        void close(int index) throws IOException {
            sockets.get(index).close();
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /// On a busy machine a worker may be late to accept, and is then skipped for a moment; so the
    /// connections are judged together rather than one by one.
    @Test
    void theLeastLoadedGetsTheNextOne() throws Exception {
        try (NamespacedSupervisor supervisor = harbour(SteeringBackend.EBPF, "least-loaded", 4);
                OpenClients kept = new OpenClients()) {
            supervisor.start(PythonServers.python(directory, KEEPING));
            Map<Integer, List<Integer>> bySlot = new TreeMap<>();
            for (int i = 0; i < 60; i++) {
                bySlot.computeIfAbsent(kept.open(supervisor), _ -> new ArrayList<>()).add(i);
            }
            assertThat(bySlot).as(supervisor.said()).containsOnlyKeys(0, 1, 2, 3);
            assertThat(bySlot.values()).allMatch(those -> Math.abs(those.size() - 15) <= 3);
            List<Integer> ending = bySlot.get(2);
            for (int index : ending) {
                kept.close(index);
            }
            supervisor.await("slot 2 counted empty", () -> connections(supervisor, 2) == 0);
            awaitPlan();
            int there = 0;
            for (int i = 0; i < ending.size(); i++) {
                there += kept.open(supervisor) == 2 ? 1 : 0;
            }
            assertThat(there).as(supervisor.said()).isGreaterThan(ending.size() / 2);
        }
    }

    private static int connections(NamespacedSupervisor supervisor, int slot) {
        return supervisor.slot(slot).workers().getFirst().connections().orElse(-1);
    }

    /// Connections are counted four times a second if nothing else happens, and less often if a
    /// count takes long.
    private static void awaitPlan() {
        Await.pass(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStoppedWorkerGetsNothingAndReturnsByItself(boolean afterQuiet) throws Exception {
        try (NamespacedSupervisor supervisor = harbour(SteeringBackend.EBPF, "least-loaded", 3)) {
            supervisor.start(PythonServers.plain(directory));
            assertThat(counts(supervisor, 30)).containsOnlyKeys(0, 1, 2);
            if (afterQuiet) {
                awaitPlan();
            }
            int pid = supervisor.pid(1);
            Processes.kill(pid, Signal.STOP.number());
            try {
                long steered = steered(supervisor, 1);
                supervisor.await("it is left out", () -> share(supervisor, 1) == 0);
                assertThat(counts(supervisor, 60)).containsOnlyKeys(0, 2);
                assertThat(steered(supervisor, 1)).isEqualTo(steered);
                assertThat(supervisor.status().notes())
                        .anyMatch(note -> note.startsWith("slot 1: pid " + pid + " is stopped"));
            } finally {
                Processes.kill(pid, Signal.CONT.number());
            }
            supervisor.await("it takes part again", () -> counts(supervisor, 10).containsKey(1));
        }
    }

    @Test
    void aWorkerThatDoesNotAcceptIsSkippedOnceAConnectionIsQueued() throws Exception {
        String hanging =
                """
                def hang(signum, frame):
                    time.sleep(3)
                signal.signal(signal.SIGUSR1, hang)
                """
                        + PythonServers.PLAIN;
        try (NamespacedSupervisor supervisor = harbour(SteeringBackend.EBPF, "least-loaded", 2)) {
            supervisor.start(PythonServers.python(directory, hanging));
            try (ClientLoad clientLoad = supervisor.load("127.0.0.1", PORT, 4)) {
                boolean others = false;
                for (int i = 0; i < 20 && !others; i++) {
                    others = othersServedWhileSlot0Hangs(supervisor, clientLoad);
                }
                assertThat(others).isTrue();
                assertThat(clientLoad.end()).isEmpty();
            }
        }
    }

    /// Whether slot 1 served a hundred requests during one hang of slot 0. If the policy did not
    /// skip slot 0, all four clients would wait for it after a few. On a crowded machine slot 1 may
    /// get no CPU for as long as makes a worker count as stalled, too; then both are in service.
    private static boolean othersServedWhileSlot0Hangs(
            NamespacedSupervisor supervisor, ClientLoad clientLoad) throws IOException {
        Processes.kill(supervisor.pid(0), Signal.USR1.number());
        supervisor.await("something waits", () -> supervisor.queue(0) > 0);
        int then = clientLoad.answered();
        supervisor.await(
                "the others are served, or the hang is over",
                () -> clientLoad.answered() > then + 100 || supervisor.queue(0) == 0);
        boolean served = clientLoad.answered() > then + 100 && supervisor.queue(0) > 0;
        supervisor.await("the hang is over", () -> supervisor.queue(0) == 0);
        return served;
    }

    /// Its share of the new connections; −1 if unknown.
    private static double share(NamespacedSupervisor supervisor, int slot) {
        return supervisor.slot(slot).sockets().getFirst().share().orElse(-1);
    }

    private static long steered(NamespacedSupervisor supervisor, int slot) {
        return supervisor.slot(slot).sockets().getFirst().steered().orElse(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "EBPF, hash random round-robin source weighted:1=5% least-loaded",
        "CBPF, hash random source weighted:1=5%"
    })
    void changesUnderLoadFailNoClient(SteeringBackend backend, String policies) throws Exception {
        try (NamespacedSupervisor supervisor = harbour(backend, "hash", 3)) {
            supervisor.start(PythonServers.plain(directory));
            try (ClientLoad clientLoad = supervisor.load("127.0.0.1", PORT, 4)) {
                for (int i = 0; i < 600; i++) {
                    String[] words = policies.split(" ");
                    Policy policy = Policy.parse(words[i % words.length]);
                    assertThat(supervisor.ask(new Request.Steer(policy)).done()).isTrue();
                }
                int then = clientLoad.answered();
                supervisor.await("more answers", () -> clientLoad.answered() > then + 20);
                assertThat(clientLoad.end()).as(supervisor.said()).isEmpty();
            }
        }
    }

    @Test
    void shedRefusesAtOnceUntilItIsUndone() throws Exception {
        try (NamespacedSupervisor supervisor = harbour(SteeringBackend.EBPF, "round-robin", 2)) {
            supervisor.start(PythonServers.plain(directory));
            assertThat(supervisor.ask(new Request.Shed(true)).done()).isTrue();
            assertThatThrownBy(() -> supervisor.ask("127.0.0.1", PORT))
                    .isInstanceOf(ConnectException.class);
            assertThat(supervisor.status().notes()).anyMatch(note -> note.contains("undrain"));
            supervisor.roll();
            assertThatThrownBy(() -> supervisor.ask("127.0.0.1", PORT))
                    .isInstanceOf(ConnectException.class);
            assertThat(supervisor.ask(new Request.Shed(false)).done()).isTrue();
            assertThat(counts(supervisor, 20)).isEqualTo(Map.of(0, 10, 1, 10));
        }
    }

    @Test
    void aFullSlotGetsNothingMoreAndAFullServiceRefuses() throws Exception {
        try (NamespacedSupervisor supervisor =
                        harbour(SteeringBackend.EBPF, "round-robin", 2).maxConnections(2);
                OpenClients kept = new OpenClients()) {
            supervisor.start(PythonServers.python(directory, KEEPING));
            List<Integer> slots = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                slots.add(kept.open(supervisor));
                awaitPlan();
            }
            assertThat(slots).containsExactlyInAnyOrder(0, 0, 1, 1);
            assertThatThrownBy(() -> kept.open(supervisor)).isInstanceOf(ConnectException.class);
            assertThat(supervisor.status().notes()).anyMatch(note -> note.contains("full"));
            kept.close(1);
            supervisor.await("room again", () -> tries(supervisor, kept) == slots.get(1));
        }
    }

    @Test
    void endedConnectionsDoNotFillASlot() throws Exception {
        try (NamespacedSupervisor supervisor =
                harbour(SteeringBackend.EBPF, "round-robin", 2).maxConnections(20)) {
            supervisor.start(PythonServers.plain(directory));
            assertThat(counts(supervisor, 1_000)).isEqualTo(Map.of(0, 500, 1, 500));
        }
    }

    private static int tries(NamespacedSupervisor supervisor, OpenClients kept) throws Exception {
        try {
            return kept.open(supervisor);
        } catch (ConnectException full) {
            return -1;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CBPF, round-robin, no memory",
        "CBPF, least-loaded, CAP_BPF",
        "NONE, random, or use hash"
    })
    void unavailablePoliciesAreRefusedWithTheReasonAndTheRemedy(
            SteeringBackend backend, String policy, String reason) throws Exception {
        try (NamespacedSupervisor supervisor = harbour(backend, policy, 1)) {
            assertThatThrownBy(() -> supervisor.begin("true"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(policy + " is not available")
                    .hasMessageContaining(reason);
            supervisor.policy("hash").start(PythonServers.plain(directory));
            RequestResult live = supervisor.ask(new Request.Steer(Policy.parse(policy)));
            assertThat(live.done()).isFalse();
            assertThat(live.text()).contains(reason);
            assertThat(supervisor.status().steer()).startsWith("hash (");
            assertThat(supervisor.ask(new Request.Shed(true)).text()).contains("only eBPF");
        }
    }

    @Test
    void noFallbackIsNoted() throws Exception {
        try (NamespacedSupervisor supervisor = harbour(SteeringBackend.EBPF, "source", 2)) {
            supervisor.start(PythonServers.plain(directory));
            counts(supervisor, 20);
            supervisor.roll();
            assertThat(supervisor.status().notes()).isEmpty();
        }
    }

    @Test
    void aFreshWorkerStartsWithATenthOfItsShare() throws Exception {
        try (NamespacedSupervisor supervisor =
                harbour(SteeringBackend.EBPF, "round-robin", 2).slowStart(Duration.ofMinutes(10))) {
            supervisor.start(PythonServers.plain(directory));
            assertThat(counts(supervisor, 20)).isEqualTo(Map.of(0, 10, 1, 10));
            Processes.kill(supervisor.pid(1), Signal.KILL.number());
            supervisor.await("a successor", () -> supervisor.slot(1).generation() == 2);
            supervisor.awaitReady();
            assertThat(counts(supervisor, 110)).isEqualTo(Map.of(0, 100, 1, 10));
        }
    }
}
