package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Optional;
import java.util.OptionalInt;

@ExtendWith(NamespaceExtension.class)
final class NetNamespaceTest {
    @Test
    void currentIsTheThreadsOwnAndListedFirst() throws Exception {
        NetNamespace process = NetNamespace.of((int) ProcessHandle.current().pid());
        assertThat(NetNamespace.current().inode()).isNotEqualTo(process.inode());
        assertThat(NetNamespace.all())
                .extracting(NetNamespace::inode)
                .startsWith(NetNamespace.current().inode())
                .contains(process.inode())
                .doesNotHaveDuplicates();
    }

    @Test
    void querySocketAnswersForTheNamespaceThatItWasOpenedIn() throws Exception {
        NetNamespace process = NetNamespace.of((int) ProcessHandle.current().pid());
        NetNamespace here = NetNamespace.current();
        ListenAddress address = ListenAddress.parse("127.0.0.1:0");
        try (var listener = ListenerFactory.open(address, false, OptionalInt.empty());
                SockDiag inside = SockDiag.open();
                SockDiag outside = SockDiag.openIn(process)) {
            ListenerFactory.listen(listener, 1);
            long cookie = dev.berth.sys.SocketOption.COOKIE.read(listener.number());
            assertThat(inside.dump(DiagQuery.listeners()))
                    .extracting(SocketRow::cookie)
                    .containsExactly(cookie);
            assertThat(outside.dump(DiagQuery.listeners()))
                    .extracting(SocketRow::cookie)
                    .doesNotContain(cookie);
        }
        assertThat(NetNamespace.current()).isEqualTo(here);
    }

    @Test
    void namespaceThatIsGoneIsAnErrorOfTheCall() {
        NetNamespace gone = new NetNamespace(1, "/proc/self/ns/nothing", Optional.empty());
        assertThatThrownBy(() -> SockDiag.openIn(gone))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.is(Errno.ENOENT)).isTrue());
    }
}
