package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class SocketHoldersTest {
    private final SocketHolders sockets = new SocketHolders(9, 0, 4, 9, 1L << 40);

    @Test
    void eachSocketCountsOnceAndInodeZeroNever() {
        assertThat(sockets.size()).isEqualTo(3);
        assertThat(sockets.missing()).isEqualTo(3);
        assertThat(sockets.place(4)).isZero();
        assertThat(sockets.place(1L << 40)).isEqualTo(2);
        assertThat(sockets.place(0)).isNegative();
        assertThat(sockets.place(5)).isNegative();
    }

    @Test
    void holdersAreListedByProcess() {
        Holder late = new Holder(30, 5);
        Holder early = new Holder(10, 0);
        Holder copy = new Holder(10, 8);
        sockets.add(9, late);
        sockets.add(9, early);
        sockets.add(9, copy);
        sockets.add(4, early);
        assertThat(sockets.of(9)).containsExactly(early, copy, late);
        assertThat(sockets.of(4)).containsExactly(early);
        assertThat(sockets.missing()).isEqualTo(1);
    }

    @Test
    void aSocketWithoutAFoundHolderHasNone() {
        assertThat(sockets.of(4)).isEmpty();
        assertThat(sockets.of(5)).isEmpty();
        assertThat(new SocketHolders().of(5)).isEmpty();
    }

    @Test
    void aHolderOfAnotherSocketIsRefused() {
        assertThatThrownBy(() -> sockets.add(5, new Holder(10, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inode=5");
    }
}
