package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.GroupSpec;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// Datagrams: they are shared only if named, and a roll keeps the socket and the datagrams queued
/// in it.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class DatagramTest {
    private static final int PORT = 5300;
    private static final String PROGRAM =
            """
            def bound():
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                s.bind(('0.0.0.0', 5300))
                return s
            s = socket.socket(fileno=3) if 'LISTEN_FDS' in os.environ else bound()
            import select
            while True:
                select.select([s], [], [])
                # A datagram that was read and not answered would be lost with the process.
                signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
                data, peer = s.recvfrom(2048)
                if data == b'connect':
                    s.connect(peer)
                    s.send(b'connected')
                else:
                    s.sendto(who().encode(), peer)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
            """;

    @TempDir Path directory;

    private NamespacedSupervisor datagrams(
            Function<GroupSpec, SocketSource> way, SteeringBackend backend) throws Exception {
        NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).adopt(way).steer(backend);
        return supervisor.listen("udp://0.0.0.0:" + PORT);
    }

    @ParameterizedTest
    @CsvSource({"false,EBPF", "false,CBPF", "true,EBPF"})
    void allSlotsGetDatagramsAndNoneIsLostInARoll(boolean handed, SteeringBackend backend)
            throws Exception {
        Function<GroupSpec, SocketSource> way =
                handed
                        ? group -> new SocketSource.Activate(group, false)
                        : SocketSource.Intercept::new;
        try (NamespacedSupervisor supervisor = datagrams(way, backend)) {
            supervisor.start(PythonServers.python(directory, PROGRAM));
            assertThat(slots(supervisor)).containsExactlyInAnyOrder(0, 1);
            CompletableFuture<RequestResult> roll =
                    supervisor.begin(new Request.Roll(java.util.Optional.empty()));
            while (!roll.isDone()) {
                assertThat(slots(supervisor)).isNotEmpty();
            }
            assertThat(roll.get().done()).as(supervisor.said()).isTrue();
            assertThat(supervisor.slot(0).generation()).isEqualTo(2);
            assertThat(slots(supervisor)).containsExactlyInAnyOrder(0, 1);
        }
    }

    /// The slot that each of 60 client addresses reaches.
    private static List<Integer> homes(NamespacedSupervisor supervisor) throws Exception {
        return supervisor.inside(
                () -> {
                    List<Integer> homes = new ArrayList<>();
                    for (int client = 1; client <= 60; client++) {
                        InetAddress from = InetAddress.getByName("127.0.1." + client);
                        String who = ask("who", new InetSocketAddress(from, 0));
                        homes.add(Integer.parseInt(who.substring(0, who.indexOf('.'))));
                    }
                    return homes;
                });
    }

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void aClientsFlowsStayTogetherOverARollAndMostlyOverScaling(SteeringBackend backend)
            throws Exception {
        try (NamespacedSupervisor supervisor =
                datagrams(SocketSource.Intercept::new, backend).policy("source")) {
            supervisor.start(PythonServers.python(directory, PROGRAM));
            List<Integer> homes = homes(supervisor);
            assertThat(homes).contains(0, 1).isEqualTo(homes(supervisor));
            supervisor.roll();
            assertThat(homes(supervisor)).isEqualTo(homes);

            assertThat(supervisor.ask(new Request.Scale(3)).done()).as(supervisor.said()).isTrue();
            List<Integer> three = homes(supervisor);
            for (int client = 0; client < homes.size(); client++) {
                assertThat(three.get(client)).isIn(homes.get(client), 2);
            }
            RequestResult live = supervisor.ask(new Request.Steer(new Policy.LeastLoaded()));
            assertThat(live.text()).contains("datagrams have none");
        }
    }

    @Test
    void aWorkerThatConnectsItsSocketIsNoLongerInService() throws Exception {
        try (NamespacedSupervisor supervisor =
                datagrams(SocketSource.Intercept::new, SteeringBackend.AUTO).workers(2)) {
            supervisor.start(PythonServers.python(directory, PROGRAM));
            assertThat(supervisor.inside(() -> ask("connect"))).isEqualTo("connected");
            supervisor.awaitSaid("connected its datagram socket on udp://0.0.0.0:5300");
            supervisor.awaitSaid("waiting for it to bind another one");
            Set<Integer> left = slots(supervisor);
            assertThat(left).hasSize(1);
            int last = left.iterator().next();
            assertThat(supervisor.slot(1 - last).state()).isEqualTo("starting");
            assertThat(supervisor.ask(new Request.Drain(last)).text())
                    .contains("is the only slot in service");
        }
    }

    @Test
    void steeredDatagramsAreCountedPerWorker() throws Exception {
        try (NamespacedSupervisor supervisor =
                datagrams(SocketSource.Intercept::new, SteeringBackend.EBPF).workers(1)) {
            supervisor.start(PythonServers.python(directory, PROGRAM));
            slots(supervisor);
            assertThat(steered(supervisor)).isEqualTo(30);
            supervisor.roll();
            assertThat(steered(supervisor)).isZero();
            slots(supervisor);
            assertThat(steered(supervisor)).isEqualTo(30);
        }
    }

    private static long steered(NamespacedSupervisor supervisor) {
        return supervisor.slot(0).sockets().getFirst().steered().orElseThrow();
    }

    private Set<Integer> slots(NamespacedSupervisor supervisor) throws Exception {
        return supervisor.inside(
                () -> {
                    Set<Integer> found = new HashSet<>();
                    for (int i = 0; i < 30; i++) {
                        String who = ask("who");
                        found.add(Integer.parseInt(who.substring(0, who.indexOf('.'))));
                    }
                    return found;
                });
    }

    /// Sends one datagram from a fresh port; the response may take as long as a worker takes to
    /// start.
    private static String ask(String question) throws IOException {
        return ask(question, new InetSocketAddress(0));
    }

    private static String ask(String question, InetSocketAddress from) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(from)) {
            byte[] out = question.getBytes(StandardCharsets.US_ASCII);
            socket.setSoTimeout(180_000);
            InetAddress server = InetAddress.getByName("127.0.0.1");
            socket.send(new DatagramPacket(out, out.length, server, PORT));
            DatagramPacket in = new DatagramPacket(new byte[100], 100);
            socket.receive(in);
            return new String(in.getData(), 0, in.getLength(), StandardCharsets.US_ASCII);
        } catch (SocketTimeoutException lost) {
            throw new IOException("no answer to a datagram", lost);
        }
    }
}
