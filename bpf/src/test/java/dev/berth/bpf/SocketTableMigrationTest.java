package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Capability;
import dev.berth.sys.SocketOption;
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
import java.util.List;

@ExtendWith(LeakCheck.class)
@RequiresCapability({Capability.SYS_ADMIN, Capability.BPF})
@RequiresKernel(value = "5.14", feature = "SK_REUSEPORT_SELECT_OR_MIGRATE")
class SocketTableMigrationTest {

    private NetworkNamespace namespace;

    @BeforeEach
    void enter() throws IOException {
        namespace = NetworkNamespace.open();
    }

    @AfterEach
    void leave() {
        namespace.close();
    }

    private enum End {
        CLOSE,
        SHUTDOWN;

        void of(GroupSockets group, int member) throws IOException {
            switch (this) {
                case CLOSE -> group.close(member);
                case SHUTDOWN -> group.shutDown(member);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theQueueOfAnEndedListenerMovesToTheServedOne(End end) throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        assertThat(the.table.migrates()).isTrue();
                        the.table.serve(Selection.HASH, new int[] {10});
                        the.clients.connect(100);
                        the.table.serve(Selection.HASH, new int[] {12});

                        end.of(the.group, 0);

                        List<GroupSockets.Arrival> arrivals = the.group.take(100);
                        assertThat(FourListeners.members(arrivals)).hasSize(100).containsOnly(2);
                        assertThat(arrivals)
                                .allMatch(it -> it.message().equals("" + it.clientPort()));
                        assertThat(the.steered(2)).isEqualTo(100);
                        assertThat(the.table.fallbacks()).isZero();
                    }
                });
    }

    @Test
    void halfOpenConnectionsMoveToo() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        for (int member = 0; member < 4; member++) {
                            SocketOption.DEFER_ACCEPT.write(the.group.fd(member), 30);
                        }
                        the.table.serve(Selection.HASH, new int[] {10});
                        the.clients.connectSilently(50);
                        the.table.serve(Selection.HASH, new int[] {12});
                        assertThat(the.group.takeNow()).isEmpty();
                        the.group.close(0);

                        the.clients.speak();

                        List<GroupSockets.Arrival> arrivals = the.group.take(50);
                        assertThat(FourListeners.members(arrivals)).hasSize(50).containsOnly(2);
                        assertThat(arrivals)
                                .allMatch(it -> it.message().equals("" + it.clientPort()));
                    }
                });
    }

    @Test
    void theQueueIsResetWhenNothingIsServed() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4)) {
                        the.table.serve(Selection.HASH, new int[] {10});
                        the.clients.connect(20);
                        the.table.serve(Selection.HASH, new int[0]);

                        the.group.close(0);

                        assertThat(the.clients.countReset()).isEqualTo(20);
                        assertThat(the.group.takeNow()).isEmpty();
                    }
                });
    }

    @Test
    void theQueueSpreadsOverAllServedOnes() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.DUAL_STACK_BY_IPV4)) {
                        the.table.serve(Selection.HASH, new int[] {13});
                        the.clients.connect(100);
                        the.table.serve(Selection.HASH, new int[] {10, 11});
                        the.group.close(3);

                        assertThat(the.takenBy(100)).containsOnly(0, 1);
                        assertThat(the.steered(0) + the.steered(1)).isEqualTo(100);
                    }
                });
    }
}
