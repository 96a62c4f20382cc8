package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Capability;
import dev.berth.sys.ErrnoException;
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
import java.net.ConnectException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

@ExtendWith(LeakCheck.class)
@RequiresCapability({Capability.SYS_ADMIN, Capability.BPF})
class SocketTableTest {

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
    void onlyServedKeysGetConnectionsAndTheCountersAddUp(Loopback way) throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(way)) {
                        the.table.serve(Selection.HASH, new int[] {11, 13});
                        the.clients.connect(200);

                        List<Integer> members = the.takenBy(200);

                        assertThat(members).containsOnly(1, 3);
                        assertThat(the.steered(1)).isEqualTo(count(members, 1));
                        assertThat(the.steered(3)).isEqualTo(count(members, 3));
                        assertThat(the.steered(0) + the.steered(2)).isZero();
                        long[] together = the.table.steeredUpTo(14);
                        assertThat(together).hasSize(14);
                        assertThat(together[11]).isEqualTo(the.steered(1));
                        assertThat(together[13]).isEqualTo(the.steered(3));
                        assertThat(the.table.steeredUpTo(0)).isEmpty();
                        assertThat(the.table.fallbacks()).isZero();
                    }
                });
    }

    @Test
    void aTableThatServesNothingRefuses() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        assertThatThrownBy(() -> the.clients.connect(1))
                                .isInstanceOf(ConnectException.class)
                                .hasMessageContaining("refused");

                        the.table.serve(Selection.HASH, new int[] {12});
                        the.clients.connect(5);
                        the.table.serve(Selection.HASH, new int[0]);

                        assertThatThrownBy(() -> the.clients.connect(1))
                                .isInstanceOf(ConnectException.class);
                        assertThat(the.takenBy(5)).containsOnly(2);
                    }
                });
    }

    @Test
    void aSwitchTakesEffectForTheNextConnection() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        int misrouted = 0;
                        for (int round = 0; round < 500; round++) {
                            int member = round % 4;
                            the.table.serve(
                                    Selection.HASH, new int[] {FourListeners.FIRST_KEY + member});
                            int port = the.clients.connectFrom(0);
                            GroupSockets.Arrival arrival = the.group.take(1).getFirst();
                            assertThat(arrival.clientPort()).isEqualTo(port);
                            misrouted += arrival.member() == member ? 0 : 1;
                            the.clients.close();
                        }
                        assertThat(misrouted).isZero();
                    }
                });
    }

    @Test
    void switchesUnderLoadLoseAndMisrouteNothing() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        the.table.serve(Selection.HASH, new int[] {10});
                        AtomicBoolean flipping = new AtomicBoolean(true);
                        Thread flipper = Thread.ofPlatform().start(() -> flip(the.table, flipping));
                        try {
                            the.clients.connect(500);
                        } finally {
                            flipping.set(false);
                            flipper.join();
                        }

                        assertThat(the.takenBy(500)).hasSize(500).doesNotContain(3);
                        assertThat(the.table.fallbacks()).isZero();
                        assertThat(the.steered(0) + the.steered(1) + the.steered(2)).isEqualTo(500);
                    }
                });
    }

    private static void flip(SocketTable table, AtomicBoolean flipping) {
        int[] many = IntStream.range(0, 1000).map(i -> 11 + i % 2).toArray();
        int[][] sets = {{10}, many, {12}};
        try {
            for (int round = 0; flipping.get(); round++) {
                table.serve(Selection.HASH, sets[round % sets.length]);
            }
        } catch (ErrnoException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void aServedKeyWithoutSocketIsCountedAndLeftToTheKernelsHash() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        the.table.serve(Selection.HASH, new int[] {10, 11});
                        the.table.remove(11);
                        the.table.remove(11);
                        the.clients.connect(100);

                        assertThat(the.group.take(100)).hasSize(100);
                        assertThat(the.table.fallbacks()).isPositive();
                        assertThat(the.table.fallbacks() + the.steered(0)).isEqualTo(100);
                        assertThat(the.steered(1)).isZero();
                    }
                });
    }

    @Test
    void aForgottenCounterStartsAgain() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        the.table.serve(Selection.HASH, new int[] {10});
                        the.clients.connect(3);
                        the.group.take(3);
                        the.table.forget(10);
                        the.clients.connect(2);
                        the.group.take(2);

                        assertThat(the.steered(0)).isEqualTo(2);
                    }
                });
    }

    @Test
    void steeringGoesOnWhenTheTableIsClosed() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        the.table.serve(Selection.HASH, new int[] {12});
                        the.table.close();
                        the.clients.connect(20);

                        assertThat(the.takenBy(20)).containsOnly(2);
                    }
                });
    }

    @Test
    void datagramsGoToServedKeysOnlyAndAreDroppedWithoutAny() throws Exception {
        namespace.run(
                () -> {
                    try (GroupSockets group = GroupSockets.udp(Loopback.IPV4.server, 3);
                            SocketTable table = SocketTable.create(3);
                            Clients clients = Loopback.IPV4.clients()) {
                        for (int key = 0; key < 3; key++) {
                            table.put(key, group.fd(key));
                        }
                        table.attach(group.fd(0));
                        clients.sendFrom(0);
                        table.serve(Selection.HASH, new int[] {1, 2});
                        for (int i = 0; i < 50; i++) {
                            clients.sendFrom(0);
                        }
                        clients.sendNothing();

                        assertThat(FourListeners.members(group.take(51)))
                                .hasSize(51)
                                .containsOnly(1, 2);
                        assertThat(table.steered(1) + table.steered(2)).isEqualTo(51);
                    }
                });
    }

    @Test
    void aSocketThatReplacesAnotherTakesOver() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        the.table.serve(Selection.HASH, new int[] {10});
                        the.table.remove(13);
                        the.table.put(10, the.group.fd(3));
                        the.clients.connect(10);

                        assertThat(the.takenBy(10)).containsOnly(3);
                    }
                });
    }

    private static long count(List<Integer> members, int member) {
        return members.stream().filter(it -> it == member).count();
    }
}
