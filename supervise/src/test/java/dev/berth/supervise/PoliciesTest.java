package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Steer;
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
    private static final int PORT = Harbour.PORT;

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

    private Harbour harbour(Steer steer, String policy, int workers) throws Exception {
        return Harbour.open(directory).steer(steer).policy(policy).workers(workers);
    }

    private static int slot(String who) {
        return Integer.parseInt(who.substring(0, who.indexOf('.')));
    }

    /// How many of `connections` connections each slot answered.
    private static Map<Integer, Integer> counts(Harbour harbour, int connections) throws Exception {
        return harbour.inside(
                () -> {
                    Map<Integer, Integer> counts = new TreeMap<>();
                    for (int i = 0; i < connections; i++) {
                        counts.merge(slot(ask(harbour, counts)), 1, Integer::sum);
                    }
                    return counts;
                });
    }

    /// Asks once; if there is no response, fails with the answers so far.
    private static String ask(Harbour harbour, Map<Integer, Integer> until) throws IOException {
        try {
            return Load.ask(Harbour.at("127.0.0.1", PORT));
        } catch (IOException failed) {
            throw new IOException("after " + until + ": " + harbour.said(), failed);
        }
    }

    @Test
    void roundRobinIsExact() throws Exception {
        try (Harbour harbour = harbour(Steer.EXTENDED, "round-robin", 3)) {
            harbour.start(SampleServers.plain(directory));
            assertThat(counts(harbour, 300)).isEqualTo(Map.of(0, 100, 1, 100, 2, 100));
            assertThat(harbour.status().steer()).isEqualTo("round-robin (ebpf)");
        }
    }

    @Test
    void weightsAreExactWithMaps() throws Exception {
        try (Harbour harbour = harbour(Steer.EXTENDED, "weighted:1=10%", 2)) {
            harbour.start(SampleServers.plain(directory));
            assertThat(counts(harbour, 200)).isEqualTo(Map.of(0, 180, 1, 20));
            Outcome changed = harbour.ask(new Request.Steer(Policy.parse("weighted:0=3")));
            assertThat(changed.done()).as(changed.text()).isTrue();
            assertThat(counts(harbour, 200)).isEqualTo(Map.of(0, 150, 1, 50));
        }
    }

    @Test
    void weightsAreAboutRightWithoutMaps() throws Exception {
        try (Harbour harbour = harbour(Steer.CLASSIC, "weighted:1=20%", 2)) {
            harbour.start(SampleServers.plain(directory));
            assertThat(counts(harbour, 500).get(1)).isBetween(50, 160);
            assertThat(harbour.status().steer()).isEqualTo("weighted:1=20% (classic bpf)");
            harbour.roll();
            assertThat(counts(harbour, 500).get(1)).isBetween(50, 160);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EXTENDED", "CLASSIC"})
    void randomReachesEveryWorker(Steer steer) throws Exception {
        try (Harbour harbour = harbour(steer, "random", 3)) {
            harbour.start(SampleServers.plain(directory));
            assertThat(counts(harbour, 100)).containsOnlyKeys(0, 1, 2);
        }
    }

    /// The slot of each of 100 client addresses.
    private static List<Integer> homes(Harbour harbour) throws Exception {
        return harbour.inside(
                () -> {
                    List<Integer> homes = new ArrayList<>();
                    for (int client = 1; client <= 100; client++) {
                        try (Socket socket = new Socket()) {
                            socket.setSoTimeout(180_000);
                            socket.bind(Harbour.at("127.0.1." + client, 0));
                            socket.connect(Harbour.at("127.0.0.1", PORT));
                            homes.add(slot(Load.ask(socket)));
                        }
                    }
                    return homes;
                });
    }

    @ParameterizedTest
    @EnumSource(names = {"EXTENDED", "CLASSIC"})
    void aClientStaysWithItsWorker(Steer steer) throws Exception {
        try (Harbour harbour = harbour(steer, "source", 3)) {
            harbour.start(SampleServers.plain(directory));
            List<Integer> homes = homes(harbour);
            assertThat(homes).contains(0, 1, 2);
            assertThat(homes(harbour)).isEqualTo(homes);
            harbour.roll();
            assertThat(homes(harbour)).isEqualTo(homes);

            assertThat(harbour.ask(new Request.Scale(4)).done()).isTrue();
            List<Integer> four = homes(harbour);
            assertThat(four).contains(3);
            for (int client = 0; client < homes.size(); client++) {
                assertThat(four.get(client)).isIn(homes.get(client), 3);
            }
            assertThat(harbour.ask(new Request.Drain(3)).done()).isTrue();
            assertThat(homes(harbour)).isEqualTo(homes);
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
    @EnumSource(names = {"EXTENDED", "CLASSIC"})
    void eachCpuHasAWorkerPinnedToIt(Steer steer) throws Exception {
        int[] cpus = Processes.affinity(0);
        String everywhere = allowed((int) ProcessHandle.current().pid());
        try (Harbour harbour = harbour(steer, "cpu", cpus.length)) {
            harbour.start(SampleServers.plain(directory));
            for (int slot = 0; slot < cpus.length; slot++) {
                int cpu = cpus[slot];
                assertThat(allowed(harbour.pid(slot))).isEqualTo(String.valueOf(cpu));
                int here = slot;
                harbour.inside(
                        () -> {
                            assertThat(Processes.pinTo(cpu)).isZero();
                            for (int i = 0; i < 20; i++) {
                                String who = Load.ask(Harbour.at("127.0.0.1", PORT));
                                assertThat(slot(who)).isEqualTo(here);
                            }
                            assertThat(Processes.setAffinity(0, cpus)).isZero();
                            return 0;
                        });
            }
            assertThat(harbour.ask(new Request.Steer(new Policy.Hash())).done()).isTrue();
            assertThat(allowed(harbour.pid(0))).isEqualTo(everywhere);
            assertThat(harbour.ask(new Request.Steer(new Policy.Cpu())).done()).isTrue();
            assertThat(allowed(harbour.pid(0))).isEqualTo(String.valueOf(cpus[0]));
        }
    }

    /// Connections that stay open, each with the slot that has it.
    private static final class Kept implements AutoCloseable {
        private final List<Socket> sockets = new ArrayList<>();

        int open(Harbour harbour) throws Exception {
            return harbour.inside(
                    () -> {
                        Socket socket = new Socket();
                        sockets.add(socket);
                        socket.setSoTimeout(180_000);
                        socket.connect(Harbour.at("127.0.0.1", PORT), 5_000);
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
        try (Harbour harbour = harbour(Steer.EXTENDED, "least-loaded", 4);
                Kept kept = new Kept()) {
            harbour.start(SampleServers.python(directory, KEEPING));
            Map<Integer, List<Integer>> bySlot = new TreeMap<>();
            for (int i = 0; i < 60; i++) {
                bySlot.computeIfAbsent(kept.open(harbour), _ -> new ArrayList<>()).add(i);
            }
            assertThat(bySlot).as(harbour.said()).containsOnlyKeys(0, 1, 2, 3);
            assertThat(bySlot.values()).allMatch(those -> Math.abs(those.size() - 15) <= 3);
            List<Integer> ending = bySlot.get(2);
            for (int index : ending) {
                kept.close(index);
            }
            harbour.await("slot 2 counted empty", () -> connections(harbour, 2) == 0);
            awaitPlan();
            int there = 0;
            for (int i = 0; i < ending.size(); i++) {
                there += kept.open(harbour) == 2 ? 1 : 0;
            }
            assertThat(there).as(harbour.said()).isGreaterThan(ending.size() / 2);
        }
    }

    private static int connections(Harbour harbour, int slot) {
        return harbour.slot(slot).workers().getFirst().connections().orElse(-1);
    }

    /// Connections are counted four times a second if nothing else happens, and less often if a
    /// count takes long.
    private static void awaitPlan() {
        Await.pass(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStoppedWorkerGetsNothingAndReturnsByItself(boolean afterQuiet) throws Exception {
        try (Harbour harbour = harbour(Steer.EXTENDED, "least-loaded", 3)) {
            harbour.start(SampleServers.plain(directory));
            assertThat(counts(harbour, 30)).containsOnlyKeys(0, 1, 2);
            if (afterQuiet) {
                awaitPlan();
            }
            int pid = harbour.pid(1);
            Processes.kill(pid, Signal.STOP.number());
            try {
                long steered = steered(harbour, 1);
                harbour.await("it is left out", () -> share(harbour, 1) == 0);
                assertThat(counts(harbour, 60)).containsOnlyKeys(0, 2);
                assertThat(steered(harbour, 1)).isEqualTo(steered);
                assertThat(harbour.status().notes())
                        .anyMatch(note -> note.startsWith("slot 1: pid " + pid + " is stopped"));
            } finally {
                Processes.kill(pid, Signal.CONT.number());
            }
            harbour.await("it takes part again", () -> counts(harbour, 10).containsKey(1));
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
                        + SampleServers.PLAIN;
        try (Harbour harbour = harbour(Steer.EXTENDED, "least-loaded", 2)) {
            harbour.start(SampleServers.python(directory, hanging));
            Processes.kill(harbour.pid(0), Signal.USR1.number());
            try (Load load = harbour.load("127.0.0.1", PORT, 4)) {
                harbour.await("something waits", () -> harbour.queue(0) > 0);
                int then = load.answered();
                harbour.await("the others are served", () -> load.answered() > then + 100);
                assertThat(harbour.queue(0)).isLessThan(4);
                assertThat(load.end()).isEmpty();
            }
        }
    }

    /// Its share of the new connections; −1 if unknown.
    private static double share(Harbour harbour, int slot) {
        return harbour.slot(slot).sockets().getFirst().share().orElse(-1);
    }

    private static long steered(Harbour harbour, int slot) {
        return harbour.slot(slot).sockets().getFirst().steered().orElse(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "EXTENDED, hash random round-robin source weighted:1=5% least-loaded",
        "CLASSIC, hash random source weighted:1=5%"
    })
    void changesUnderLoadFailNoClient(Steer steer, String policies) throws Exception {
        try (Harbour harbour = harbour(steer, "hash", 3)) {
            harbour.start(SampleServers.plain(directory));
            try (Load load = harbour.load("127.0.0.1", PORT, 4)) {
                for (int i = 0; i < 600; i++) {
                    String[] words = policies.split(" ");
                    Policy policy = Policy.parse(words[i % words.length]);
                    assertThat(harbour.ask(new Request.Steer(policy)).done()).isTrue();
                }
                int then = load.answered();
                harbour.await("more answers", () -> load.answered() > then + 20);
                assertThat(load.end()).as(harbour.said()).isEmpty();
            }
        }
    }

    @Test
    void shedRefusesAtOnceUntilItIsUndone() throws Exception {
        try (Harbour harbour = harbour(Steer.EXTENDED, "round-robin", 2)) {
            harbour.start(SampleServers.plain(directory));
            assertThat(harbour.ask(new Request.Shed(true)).done()).isTrue();
            assertThatThrownBy(() -> harbour.ask("127.0.0.1", PORT))
                    .isInstanceOf(ConnectException.class);
            assertThat(harbour.status().notes()).anyMatch(note -> note.contains("undrain"));
            harbour.roll();
            assertThatThrownBy(() -> harbour.ask("127.0.0.1", PORT))
                    .isInstanceOf(ConnectException.class);
            assertThat(harbour.ask(new Request.Shed(false)).done()).isTrue();
            assertThat(counts(harbour, 20)).isEqualTo(Map.of(0, 10, 1, 10));
        }
    }

    @Test
    void aFullSlotGetsNothingMoreAndAFullServiceRefuses() throws Exception {
        try (Harbour harbour = harbour(Steer.EXTENDED, "round-robin", 2).maxConnections(2);
                Kept kept = new Kept()) {
            harbour.start(SampleServers.python(directory, KEEPING));
            List<Integer> slots = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                slots.add(kept.open(harbour));
                awaitPlan();
            }
            assertThat(slots).containsExactlyInAnyOrder(0, 0, 1, 1);
            assertThatThrownBy(() -> kept.open(harbour)).isInstanceOf(ConnectException.class);
            assertThat(harbour.status().notes()).anyMatch(note -> note.contains("full"));
            kept.close(1);
            harbour.await("room again", () -> tries(harbour, kept) == slots.get(1));
        }
    }

    @Test
    void endedConnectionsDoNotFillASlot() throws Exception {
        try (Harbour harbour = harbour(Steer.EXTENDED, "round-robin", 2).maxConnections(20)) {
            harbour.start(SampleServers.plain(directory));
            assertThat(counts(harbour, 1_000)).isEqualTo(Map.of(0, 500, 1, 500));
        }
    }

    private static int tries(Harbour harbour, Kept kept) throws Exception {
        try {
            return kept.open(harbour);
        } catch (ConnectException full) {
            return -1;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CLASSIC, round-robin, no memory",
        "CLASSIC, least-loaded, CAP_BPF",
        "NONE, random, or use hash"
    })
    void unavailablePoliciesAreRefusedWithTheReasonAndTheRemedy(
            Steer steer, String policy, String reason) throws Exception {
        try (Harbour harbour = harbour(steer, policy, 1)) {
            assertThatThrownBy(() -> harbour.begin("true"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(policy + " is not available")
                    .hasMessageContaining(reason);
            harbour.policy("hash").start(SampleServers.plain(directory));
            Outcome live = harbour.ask(new Request.Steer(Policy.parse(policy)));
            assertThat(live.done()).isFalse();
            assertThat(live.text()).contains(reason);
            assertThat(harbour.status().steer()).startsWith("hash (");
            assertThat(harbour.ask(new Request.Shed(true)).text()).contains("only eBPF");
        }
    }

    @Test
    void noFallbackIsNoted() throws Exception {
        try (Harbour harbour = harbour(Steer.EXTENDED, "source", 2)) {
            harbour.start(SampleServers.plain(directory));
            counts(harbour, 20);
            harbour.roll();
            assertThat(harbour.status().notes()).isEmpty();
        }
    }

    @Test
    void aFreshWorkerStartsWithATenthOfItsShare() throws Exception {
        try (Harbour harbour =
                harbour(Steer.EXTENDED, "round-robin", 2).slowStart(Duration.ofMinutes(10))) {
            harbour.start(SampleServers.plain(directory));
            assertThat(counts(harbour, 20)).isEqualTo(Map.of(0, 10, 1, 10));
            Processes.kill(harbour.pid(1), Signal.KILL.number());
            harbour.await("a successor", () -> harbour.slot(1).generation() == 2);
            harbour.awaitReady();
            assertThat(counts(harbour, 110)).isEqualTo(Map.of(0, 100, 1, 10));
        }
    }
}
