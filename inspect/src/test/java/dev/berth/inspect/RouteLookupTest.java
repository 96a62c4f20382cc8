package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.net.Addresses;
import dev.berth.net.ListenAddress;
import dev.berth.net.ListenerFactory;
import dev.berth.net.SocketRow;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Map;
import java.util.OptionalInt;

@RequiresRoot
@ExtendWith(LeakCheck.class)
class RouteLookupTest {
    private static final ListenAddress SERVER = ListenAddress.parse("127.0.0.1:80");
    private static final SockAddr.Inet CLIENT = Addresses.parse("127.0.0.1:50000");

    private static Fd listening() throws Exception {
        Fd fd = ListenerFactory.open(SERVER, true, OptionalInt.empty());
        ListenerFactory.listen(fd, 8);
        return fd;
    }

    @Test
    void clientsSpreadOverTheMembersOfAGroup() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (Fd _ = listening();
                                Fd _ = listening();
                                RouteLookup lookup = RouteLookup.to(SERVER, 0)) {
                            Map<Long, Integer> hits = lookup.spread(CLIENT, 500);
                            assertThat(hits).hasSize(2).doesNotContainKey(0L);
                            assertThat(hits.values().stream().mapToInt(Integer::intValue).sum())
                                    .isEqualTo(500);
                            assertThat(hits.values()).allMatch(count -> count > 150);
                        }
                    });
        }
    }

    @Test
    void answerNamesTheSocketByItsCookie() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (RouteLookup lookup = RouteLookup.to(SERVER, 0)) {
                            assertThat(lookup.from(CLIENT)).isEmpty();
                            assertThat(lookup.spread(CLIENT, 3)).isEqualTo(Map.of(0L, 3));
                            try (Fd fd = listening()) {
                                long cookie = SocketOption.COOKIE.read(fd.number());
                                assertThat(lookup.from(CLIENT).map(SocketRow::cookie))
                                        .contains(cookie);
                            }
                        }
                    });
        }
    }

    @Test
    void wildcardsAreRefused() {
        assertThatThrownBy(() -> RouteLookup.to(ListenAddress.parse("0.0.0.0:80"), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("127.0.0.1");
    }
}
