package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Capability;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresCapability;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

@ExtendWith(LeakCheck.class)
@RequiresCapability(Capability.SYS_ADMIN)
class CbpfTableKernelTest {

    private static final int FIRST_PORT = 20_000;

    private NetworkNamespace namespace;

    @BeforeEach
    void enter() throws IOException {
        namespace = NetworkNamespace.open();
    }

    @AfterEach
    void leave() {
        namespace.close();
    }

    @ParameterizedTest
    @EnumSource
    void connectionsGoToTheGivenIndicesEvenlyAndAlwaysTheSameWay(Loopback way) throws Exception {
        int[] indices = {4, 0, 3, 1};
        namespace.run(
                () -> {
                    try (GroupSockets group = GroupSockets.tcp(way.server, 5)) {
                        CbpfTable.attach(
                                group.fd(2),
                                CbpfTable.program(Selection.HASH, indices, way.family));

                        Map<Integer, Integer> first = connectAll(way, group, 2000);

                        assertThat(shares(first).keySet()).containsExactlyInAnyOrder(0, 1, 3, 4);
                        assertThat(shares(first).values())
                                .allSatisfy(share -> assertThat(share).isBetween(425L, 575L));
                        assertThat(first).containsAllEntriesOf(connectAll(way, group, 300));
                    }
                });
    }

    private static Map<Integer, Integer> connectAll(Loopback way, GroupSockets group, int count)
            throws IOException {
        try (Clients clients = way.clients()) {
            for (int port : IntStream.range(FIRST_PORT, FIRST_PORT + count).toArray()) {
                clients.connectFrom(port);
            }
            return byPort(group.take(count));
        }
    }

    @ParameterizedTest
    @EnumSource
    void datagramsGoToTheGivenIndicesEvenlyAndAlwaysTheSameWay(Loopback way) throws Exception {
        namespace.run(
                () -> {
                    try (GroupSockets group = GroupSockets.udp(way.server, 5)) {
                        CbpfTable.attach(
                                group.fd(0),
                                CbpfTable.program(
                                        Selection.HASH, new int[] {4, 0, 3, 1}, way.family));

                        Map<Integer, Integer> first = sendAll(way, group, 2000);

                        assertThat(shares(first).keySet()).containsExactlyInAnyOrder(0, 1, 3, 4);
                        assertThat(shares(first).values())
                                .allSatisfy(share -> assertThat(share).isBetween(425L, 575L));
                        assertThat(first).containsAllEntriesOf(sendAll(way, group, 300));
                    }
                });
    }

    private static Map<Integer, Integer> sendAll(Loopback way, GroupSockets group, int count)
            throws IOException {
        List<GroupSockets.Arrival> arrivals = new ArrayList<>();
        try (Clients clients = way.clients()) {
            for (int port : IntStream.range(FIRST_PORT, FIRST_PORT + count).toArray()) {
                clients.sendFrom(port);
                if (port % 50 == 49) {
                    arrivals.addAll(group.take(50));
                }
            }
        }
        return byPort(arrivals);
    }

    @Test
    void emptyDatagramsAreSteeredToo() throws Exception {
        namespace.run(
                () -> {
                    try (GroupSockets group = GroupSockets.udp(Loopback.IPV4.server, 3);
                            Clients clients = Loopback.IPV4.clients()) {
                        CbpfTable.attach(
                                group.fd(0),
                                CbpfTable.program(Selection.HASH, new int[] {1, 2}, Family.INET));
                        for (int i = 0; i < 30; i++) {
                            clients.sendNothing();
                        }

                        assertThat(group.take(30))
                                .extracting(GroupSockets.Arrival::member)
                                .containsOnly(1, 2);
                    }
                });
    }

    @Test
    void tcpAndTheInterpreterAgree() throws Exception {
        long[] program = CbpfTable.program(Selection.HASH, new int[] {2, 1, 0}, Family.INET);
        namespace.run(
                () -> {
                    try (GroupSockets group = GroupSockets.tcp(Loopback.IPV4.server, 3)) {
                        CbpfTable.attach(group.fd(0), program);

                        connectAll(Loopback.IPV4, group, 200)
                                .forEach(
                                        (port, member) ->
                                                assertThat(CbpfTableTest.runIpv4(program, port))
                                                        .isEqualTo(member));
                    }
                });
    }

    @Test
    void aNewProgramReplacesTheOldOneAtOnce() throws Exception {
        namespace.run(
                () -> {
                    try (GroupSockets group = GroupSockets.tcp(Loopback.IPV4.server, 3);
                            Clients clients = Loopback.IPV4.clients()) {
                        for (int round = 0; round < 100; round++) {
                            int[] one = {round % 3};
                            CbpfTable.attach(
                                    group.fd(0),
                                    CbpfTable.program(Selection.HASH, one, Family.INET));
                            clients.connect(1);
                            assertThat(group.take(1).getFirst().member()).isEqualTo(one[0]);
                        }
                    }
                });
    }

    @Test
    void anUnprivilegedUserSteersItsOwnGroup() throws Exception {
        try (NetworkNamespace other = NetworkNamespace.open()) {
            // First as root, to load the classes: the user nobody might lack permission to read
            // them.
            other.run(CbpfTableKernelTest::steerToTheSecond);
        }
        namespace.run(
                () -> {
                    Nobody.become();
                    steerToTheSecond();
                });
    }

    private static void steerToTheSecond() throws IOException {
        try (GroupSockets group = GroupSockets.tcp(Loopback.IPV4.server, 3);
                Clients clients = Loopback.IPV4.clients()) {
            CbpfTable.attach(
                    group.fd(0), CbpfTable.program(Selection.HASH, new int[] {1}, Family.INET));
            clients.connect(10);
            assertThat(group.take(10)).extracting(GroupSockets.Arrival::member).containsOnly(1);
        }
    }

    @Test
    void aSocketWithoutReuseportIsRefused() throws Exception {
        namespace.run(
                () -> {
                    try (Fd plain = GroupSockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM)) {
                        long[] program =
                                CbpfTable.program(Selection.HASH, new int[] {0}, Family.INET);
                        assertThatThrownBy(() -> CbpfTable.attach(plain.number(), program))
                                .isInstanceOfSatisfying(
                                        ErrnoException.class,
                                        it -> assertThat(it.name()).contains(Errno.EINVAL));
                    }
                });
    }

    @Test
    void theKernelTakesTheLongestProgram() throws Exception {
        namespace.run(
                () -> {
                    try (GroupSockets group = GroupSockets.tcp(Loopback.IPV6.server, 2);
                            Clients clients = Loopback.IPV6.clients()) {
                        int[] indices = IntStream.range(0, 2000).map(i -> i % 2).toArray();
                        CbpfTable.attach(
                                group.fd(0),
                                CbpfTable.program(Selection.HASH, indices, Family.INET6));
                        clients.connect(50);

                        assertThat(group.take(50))
                                .extracting(GroupSockets.Arrival::member)
                                .containsOnly(0, 1);
                    }
                });
    }

    private static Map<Integer, Integer> byPort(List<GroupSockets.Arrival> arrivals) {
        return arrivals.stream()
                .collect(
                        Collectors.toMap(
                                GroupSockets.Arrival::clientPort, GroupSockets.Arrival::member));
    }

    private static Map<Integer, Long> shares(Map<Integer, Integer> byPort) {
        return byPort.values().stream()
                .collect(Collectors.groupingBy(member -> member, Collectors.counting()));
    }
}
