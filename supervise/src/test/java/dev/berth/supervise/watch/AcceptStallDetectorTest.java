package dev.berth.supervise.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Protocol;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Set;

/// A listener from which nothing is accepted.
final class AcceptStallDetectorTest {
    private static final GroupKey KEY =
            new GroupKey(Protocol.TCP, new SockAddr.Inet4(0, 8080), false, 0, false);

    private final AcceptStallDetector stallDetector = new AcceptStallDetector();
    private final HeldSocket socket = socket(0);
    private Set<Long> waiting = Set.of(1L, 2L, 3L);
    private int asked;

    /// A socket with a descriptor that nothing uses.
    private static HeldSocket socket(int slot) {
        return new HeldSocket(new Fd(Integer.MAX_VALUE), slot, KEY, new WorkerId(slot, 1));
    }

    private boolean look(HeldSocket which, int queue, long seconds) throws IOException {
        return stallDetector.record(
                which,
                queue,
                seconds * 1_000,
                _ -> {
                    asked++;
                    return waiting;
                });
    }

    @Test
    void connectionsThatAllKeepWaitingMeanAStallUntilTheQueueShrinks() throws IOException {
        for (int second = 0; second < 6; second++) {
            assertThat(look(socket, 3, second)).as("second " + second).isFalse();
        }
        assertThat(look(socket, 3, 6)).isTrue();
        assertThat(socket.stalled()).isTrue();
        assertThat(asked).isEqualTo(2);
        assertThat(look(socket, 5, 7)).isFalse();

        assertThat(look(socket, 4, 8)).isTrue();
        assertThat(socket.stalled()).isFalse();
    }

    @Test
    void aFullQueueWithDifferentConnectionsEachTimeIsNotAStall() throws IOException {
        for (int second = 0; second < 30; second++) {
            waiting = Set.of(3L * second, 3L * second + 1, 3L * second + 2);
            assertThat(look(socket, 3, second)).isFalse();
        }
        assertThat(socket.stalled()).isFalse();
    }

    @Test
    void aListenerOutOfServiceIsForgotten() throws IOException {
        for (int second = 0; second < 7; second++) {
            look(socket, 3, second);
        }
        assertThat(socket.stalled()).isTrue();

        stallDetector.keep(Set.of());

        assertThat(socket.stalled()).isFalse();
        assertThat(look(socket, 3, 7)).isFalse();
    }

    @Test
    void aQueueThatShrinksNowAndThenIsNotInspected() throws IOException {
        for (int second = 0; second < 30; second++) {
            look(socket, 3 + second % 2, second);
        }
        assertThat(asked).isZero();
    }

    @Test
    void aBusyListenerIsNotBlamedForAStalledSibling() throws IOException {
        HeldSocket busy = socket(1);
        for (long second = 0; second < 30; second++) {
            waiting = Set.of(1L, 2L, 3L, 100 + second, 200 + second, 300 + second);
            look(socket, 3, second);
            look(busy, 3 + (int) (second % 3 == 0 ? 1 : 0), second);
            assertThat(busy.stalled()).isFalse();
        }
        assertThat(socket.stalled()).isTrue();
    }
}
