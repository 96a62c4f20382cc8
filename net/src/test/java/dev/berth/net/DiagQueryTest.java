package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.OptionalInt;
import java.util.Set;

final class DiagQueryTest {

    @Test
    void queryThatCannotMatchIsRefused() {
        DiagQuery good = DiagQuery.listeners();
        assertThatThrownBy(() -> good.withFamily(1)).hasMessageContaining("family=1");
        assertThatThrownBy(() -> good.withLocalPort(65536)).hasMessageContaining("65536");
        assertThatThrownBy(() -> good.withLocalPort(-1)).hasMessageContaining("-1");
        assertThatThrownBy(
                        () ->
                                new DiagQuery(
                                        Protocol.TCP, 2, Set.of(), OptionalInt.empty(), true, true))
                .hasMessageContaining("no state");
    }

    @Test
    void changesAreIndependent() {
        DiagQuery query =
                DiagQuery.all(Protocol.TCP)
                        .withFamily(DiagQuery.INET6)
                        .withStates(TcpState.LISTEN, TcpState.SYN_RECV)
                        .withLocalPort(80)
                        .withTcpInfo()
                        .withMemory();
        assertThat(query)
                .isEqualTo(
                        new DiagQuery(
                                Protocol.TCP,
                                10,
                                Set.of(TcpState.SYN_RECV, TcpState.LISTEN),
                                OptionalInt.of(80),
                                true,
                                true));
    }

    @Test
    void everyStateHasItsNumber() {
        for (TcpState state : TcpState.values()) {
            assertThat(TcpState.of(state.number())).isEqualTo(state);
        }
        assertThat(TcpState.LISTEN.number()).isEqualTo(10);
        assertThatThrownBy(() -> TcpState.of(0)).hasMessageContaining("number=0");
        assertThatThrownBy(() -> TcpState.of(14)).hasMessageContaining("number=14");
    }
}
