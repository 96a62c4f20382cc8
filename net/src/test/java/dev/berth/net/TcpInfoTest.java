package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

final class TcpInfoTest {
    private static TcpInfo info(int state, int unacked, int sacked, int retransmits) {
        var segments = new TcpInfo.Segments(0, 0, 0, 0);
        return new TcpInfo(state, unacked, sacked, 0, 0, 0, 0, retransmits, 0, 0, 0, segments);
    }

    @Test
    void fieldsAreReadWhereTheKernelPutsThem() {
        ByteBuffer raw = ByteBuffer.allocate(248).order(ByteOrder.nativeOrder());
        raw.put(0, (byte) 1).putInt(24, 2).putInt(28, 3).putInt(44, 4).putInt(52, 5);
        raw.putInt(68, 6).putInt(100, 7).putLong(120, 1L << 40).putLong(128, 1L << 41);
        raw.putInt(144, 10).putInt(56, 11).putInt(136, 12).putInt(140, 13);
        raw.putInt(152, 14).putInt(156, 15);
        assertThat(TcpInfo.decode(raw.array()))
                .isEqualTo(
                        new TcpInfo(
                                1,
                                2,
                                3,
                                4,
                                5,
                                11,
                                6,
                                7,
                                1L << 40,
                                1L << 41,
                                10,
                                new TcpInfo.Segments(12, 13, 14, 15)));
    }

    @Test
    void fieldsMissingOnAnOldKernelAreZero() {
        ByteBuffer raw = ByteBuffer.allocate(104).order(ByteOrder.nativeOrder());
        raw.put(0, (byte) 10).putInt(24, 2).putInt(28, 3).putInt(100, 7);
        TcpInfo info = TcpInfo.decode(raw.array());
        assertThat(info).isEqualTo(info(10, 2, 3, 7));
        assertThat(TcpState.of(info.state())).isEqualTo(TcpState.LISTEN);
    }

    @Test
    void onlyAListenerHasAQueue() {
        TcpInfo connection = info(1, 9, 8, 0);
        assertThat(connection.listening()).isFalse();
        assertThat(connection.queue()).isZero();
        assertThat(connection.backlog()).isZero();
        TcpInfo listener = info(10, 9, 8, 0);
        assertThat(listener.queue()).isEqualTo(9);
        assertThat(listener.backlog()).isEqualTo(8);
    }

    @Test
    void emptyTcpInfoIsRefused() {
        assertThatThrownBy(() -> TcpInfo.decode(new byte[0])).hasMessage("tcp_info is empty");
    }
}
