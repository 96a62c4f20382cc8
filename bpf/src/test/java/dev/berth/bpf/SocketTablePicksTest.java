package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Capability;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.RequiresKernel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// Tests each way to pick a place on the kernel.
@ExtendWith(LeakCheck.class)
@RequiresCapability({Capability.SYS_ADMIN, Capability.BPF})
class SocketTablePicksTest {

    private static final int[] ALL = {10, 11, 12, 13};

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
    @RequiresKernel(value = "5.12", feature = "BPF_FETCH")
    void roundRobinIsExactAndBeginsAtTheFirstPlace(Loopback way) throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(way)) {
                        the.table.serve(Selection.ROUND_ROBIN, new int[] {12, 10, 13});
                        the.clients.connect(1);
                        assertThat(the.takenBy(1)).containsExactly(2);
                        the.clients.connect(299);

                        assertThat(counts(the.takenBy(299), 4)).containsExactly(100, 0, 99, 100);
                        assertThat(the.table.fallbacks()).isZero();
                    }
                });
    }

    @Test
    void everyPlaceOfALongTableHasItsTurn() throws Exception {
        int[] places =
                IntStream.range(0, SocketTable.PLACES).map(i -> i == 700 ? 11 : 10).toArray();
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        the.table.serve(Selection.ROUND_ROBIN, places);
                        the.clients.connect(SocketTable.PLACES);

                        assertThat(counts(the.takenBy(SocketTable.PLACES), 4))
                                .containsExactly(SocketTable.PLACES - 1, 1, 0, 0);
                    }
                });
    }

    @Test
    void aRandomPlaceVariesEvenForOneAddress() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        the.table.serve(Selection.RANDOM, new int[] {10, 11, 11, 11});
                        the.clients.connect(1000);

                        int[] counts = counts(the.takenBy(1000), 4);
                        assertThat(counts[0]).isBetween(180, 320);
                        assertThat(counts[0] + counts[1]).isEqualTo(1000);
                    }
                });
    }

    @Test
    void oneAddressAlwaysGetsItsOwnPlace() throws Exception {
        namespace.run(
                () -> {
                    try (GroupSockets group = GroupSockets.tcp(Loopback.IPV4.server, 4);
                            SocketTable table = SocketTable.create(14)) {
                        enter(table, group);
                        table.serve(Selection.SOURCE, ALL);
                        int[] counts = new int[4];
                        for (int address = 1; address <= 250; address++) {
                            int member = memberOf("127.0.0." + address, group);
                            assertThat(memberOf("127.0.0." + address, group)).isEqualTo(member);
                            counts[member]++;
                        }
                        assertThat(Arrays.stream(counts))
                                .allMatch(count -> count > 35 && count < 95);
                        assertThat(table.fallbacks()).isZero();
                    }
                });
    }

    private static int memberOf(String address, GroupSockets group) throws IOException {
        InetAddress source = InetAddress.getByName(address);
        try (Clients clients = new Clients(source, "127.0.0.1", Loopback.PORT)) {
            clients.connect(3);
            Set<Integer> members = new HashSet<>(FourListeners.members(group.take(3)));
            assertThat(members).hasSize(1);
            return members.iterator().next();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAddressHasOnePlaceInEveryFamily(Loopback way) throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(way)) {
                        the.table.serve(Selection.SOURCE, ALL);
                        the.clients.connect(20);

                        assertThat(new HashSet<>(the.takenBy(20))).hasSize(1);
                        assertThat(the.table.fallbacks()).isZero();
                    }
                });
    }

    @Test
    void aQueueThatMovesSpreadsBecauseItHasNoAddress() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        the.table.serve(Selection.SOURCE, new int[] {10});
                        the.clients.connect(60);
                        the.table.serve(Selection.SOURCE, new int[] {11, 12});
                        the.group.close(0);

                        assertThat(the.takenBy(60)).hasSize(60).containsOnly(1, 2);
                    }
                });
    }

    @Test
    void aCpuGetsItsColumn() throws Exception {
        int[] places = new int[3 * SocketTable.cpus()];
        Arrays.setAll(places, place -> place / SocketTable.cpus() == 0 ? 10 : 13);
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        the.table.serve(Selection.CPU, places);
                        the.clients.connect(300);

                        int[] counts = counts(the.takenBy(300), 4);
                        assertThat(counts[0]).isBetween(50, 150);
                        assertThat(counts[0] + counts[3]).isEqualTo(300);
                    }
                });
    }

    @Test
    void placesForCpusAreWholeRows() throws Exception {
        int cpus = SocketTable.cpus();
        try (SocketTable table = SocketTable.create(1)) {
            assertThatThrownBy(() -> table.serve(Selection.CPU, new int[cpus * 2 + 1]))
                    .satisfies(
                            refused ->
                                    assertThat(cpus == 1 || refused.getMessage().contains("rows"))
                                            .isTrue());
        }
    }

    @Test
    void datagramsAreSteeredByEachPick() throws Exception {
        namespace.run(
                () -> {
                    try (GroupSockets group = GroupSockets.udp(Loopback.IPV6.server, 4);
                            SocketTable table = SocketTable.create(14);
                            Clients clients = Loopback.IPV6.clients()) {
                        enter(table, group);
                        table.serve(Selection.ROUND_ROBIN, ALL);
                        send(clients, 40);
                        assertThat(counts(FourListeners.members(group.take(40)), 4))
                                .containsExactly(10, 10, 10, 10);
                        table.serve(Selection.SOURCE, ALL);
                        send(clients, 40);
                        assertThat(new HashSet<>(FourListeners.members(group.take(40)))).hasSize(1);
                        table.serve(Selection.RANDOM, ALL);
                        send(clients, 200);
                        assertThat(new HashSet<>(FourListeners.members(group.take(200))))
                                .hasSize(4);
                    }
                });
    }

    @Test
    void changingThePickUnderLoadLosesAndMisroutesNothing() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        the.table.serve(Selection.HASH, new int[] {10});
                        List<Integer> members = new ArrayList<>();
                        for (int round = 0; round < 400; round++) {
                            Selection selection =
                                    Selection.values()[round % Selection.values().length];
                            int[] places = new int[SocketTable.cpus()];
                            Arrays.fill(places, FourListeners.FIRST_KEY + round % 4);
                            the.table.serve(selection, places);
                            the.clients.connect(1);
                            members.add(the.takenBy(1).getFirst());
                            the.clients.close();
                        }
                        assertThat(members)
                                .isEqualTo(
                                        IntStream.range(0, 400).map(i -> i % 4).boxed().toList());
                        assertThat(the.table.fallbacks()).isZero();
                    }
                });
    }

    private static void enter(SocketTable table, GroupSockets group) throws IOException {
        for (int member = 0; member < 4; member++) {
            table.put(FourListeners.FIRST_KEY + member, group.fd(member));
        }
        table.attach(group.fd(0));
    }

    private static void send(Clients clients, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            clients.sendFrom(0);
        }
    }

    private static int[] counts(List<Integer> members, int of) {
        return IntStream.range(0, of).map(m -> Collections.frequency(members, m)).toArray();
    }
}
