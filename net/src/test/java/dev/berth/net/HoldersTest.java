package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Fd;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;

@ExtendWith(NamespaceExtension.class)
final class HoldersTest {
    private static final int SELF = (int) ProcessHandle.current().pid();
    private static final int NOBODY = 0x3fff_ffff;

    private final LiveSockets sockets = new LiveSockets();

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void rowsAndHoldersAreJoinedByTheInode() throws Exception {
        Fd listener = sockets.listening("127.0.0.1:80", 8);
        long inode = inode();
        Holder holder = new Holder(SELF, listener.number());
        assertThat(Holders.of(List.of(SELF)).get(inode)).containsExactly(holder);
        assertThat(Holders.everywhere().get(inode)).containsExactly(holder);
        assertThat(Holders.holds(holder, inode)).isTrue();
        assertThat(Holders.holds(holder, inode + 1)).isFalse();
        listener.close();
        assertThat(Holders.of(List.of(SELF))).doesNotContainKey(inode);
        assertThat(Holders.holds(holder, inode)).isFalse();
    }

    @Test
    void everyDescriptorOfASocketIsListed() throws Exception {
        Fd listener = sockets.listening("127.0.0.1:80", 8);
        int copy = Descriptors.fcntl(listener.number(), Descriptors.F_DUPFD_CLOEXEC, 0);
        try (Fd second = new Fd(copy)) {
            assertThat(Holders.of(List.of(SELF, NOBODY)).get(inode()))
                    .containsExactlyInAnyOrder(
                            new Holder(SELF, listener.number()), new Holder(SELF, second.number()));
        }
    }

    @Test
    void searchFindsOnlyTheWantedSockets() throws Exception {
        Fd listener = sockets.listening("127.0.0.1:80", 8);
        long inode = inode();
        sockets.bound("127.0.0.1:81");
        SocketHolders found = new SocketHolders(inode, inode + 1_000_000);
        assertThat(Holders.search(SELF, found)).isTrue();
        assertThat(found.of(inode)).containsExactly(new Holder(SELF, listener.number()));
        assertThat(found.missing()).isEqualTo(1);
        assertThat(Holders.search(NOBODY, found)).isFalse();
    }

    @Test
    void searchFindsTheLastOfManyDescriptors() throws Exception {
        for (int i = 0; i < 300; i++) {
            sockets.bound("udp://127.0.0.1:0");
        }
        Fd listener = sockets.listening("127.0.0.1:80", 8);
        long inode = inode();
        SocketHolders found = new SocketHolders(inode);
        Holders.search(SELF, found);
        assertThat(found.of(inode)).containsExactly(new Holder(SELF, listener.number()));
    }

    @Test
    void processesThatAreGoneAreLeftOut() {
        assertThat(Holders.of(List.of(NOBODY))).isEmpty();
        assertThat(Holders.of(List.of())).isEmpty();
        assertThat(Holders.holds(new Holder(NOBODY, 1), 1)).isFalse();
    }

    @Test
    void inodeZeroIsHeldByNobody() {
        assertThat(Holders.holds(new Holder(NOBODY, 0), 0)).isFalse();
    }

    @Test
    void onlySocketsHaveASocketInode() {
        assertThat(Holders.inode("socket:[4711]")).isEqualTo(4711);
        assertThat(Holders.inode("pipe:[4711]")).isZero();
        assertThat(Holders.inode("/tmp/socket:[4711]")).isZero();
        assertThat(Holders.inode("anon_inode:[pidfd]")).isZero();
    }

    private static long inode() throws Exception {
        try (SockDiag diag = SockDiag.open()) {
            return diag.dump(DiagQuery.listeners()).getFirst().inode();
        }
    }
}
