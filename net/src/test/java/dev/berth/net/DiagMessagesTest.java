package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

final class DiagMessagesTest {
    private static final int SEQUENCE = 5;
    private static final int ROW = 20;
    private static final int DONE = 3;
    private static final int ERROR = 2;

    private final List<SocketRow> rows = new ArrayList<>();
    private final DiagReply reply = new DiagReply(Protocol.TCP, SEQUENCE, rows);

    @Test
    void requestFiltersThePortByBytecode() {
        DiagQuery query = DiagQuery.listeners().withLocalPort(8080).withTcpInfo();
        byte[] request = DiagMessages.request(query, 10, SEQUENCE);
        assertThat(HexFormat.of().formatHex(request))
                .isEqualTo(
                        "54000000"
                                + "1400"
                                + "0103"
                                + "05000000"
                                + "00000000" // nlmsghdr
                                + "0a"
                                + "06"
                                + "42"
                                + "00"
                                + "00040000" // family, TCP, 2|7, LISTEN
                                + "00".repeat(48) // sockid
                                + "0c00"
                                + "0100" // BYTECODE
                                + "0b"
                                + "08"
                                + "0c00"
                                + "0000"
                                + "901f");
    }

    @Test
    void multipathIsRequestedByAnAttribute() {
        DiagQuery query = DiagQuery.listeners().withLocalPort(8080);
        String plain = HexFormat.of().formatHex(DiagMessages.request(query, 2, SEQUENCE));
        String asked = HexFormat.of().formatHex(DiagMessages.multipath(query, 2, SEQUENCE));
        assertThat(asked)
                .isEqualTo(
                        "5c"
                                + plain.substring(2, 34)
                                + "00" // not a protocol that an older kernel could list
                                + plain.substring(36)
                                + "0800"
                                + "0300" // PROTOCOL
                                + "06010000"); // 262
    }

    @Test
    void requestWithoutPortHasNoFilter() {
        assertThat(DiagMessages.request(DiagQuery.all(Protocol.UDP), 2, 1)).hasSize(72);
    }

    @Test
    void halfOpenRequestsAreRequestedUnderBothNumbers() {
        DiagQuery query = DiagQuery.listeners();
        assertThat(query.withStates(TcpState.SYN_RECV).stateBits()).isEqualTo(1 << 3 | 1 << 12);
        assertThat(query.withStates(TcpState.NEW_SYN_RECV).stateBits()).isEqualTo(1 << 3 | 1 << 12);
        assertThat(query.withStates(TcpState.BOUND_INACTIVE).stateBits()).isEqualTo(1 << 13);
        assertThat(query.stateBits()).isEqualTo(1 << 10);
    }

    @Test
    void everyFieldOfARowIsDecoded() throws Exception {
        DiagBytes bytes = new DiagBytes().part(ROW, 2, SEQUENCE);
        read(bytes.row4(1, 0x7f000001, 8080, 0x7f000002, 50000));
        assertThat(rows)
                .containsExactly(
                        new SocketRow(
                                Protocol.TCP,
                                2,
                                TcpState.ESTABLISHED,
                                Addresses.parse("127.0.0.1:8080"),
                                Optional.of(Addresses.parse("127.0.0.2:50000")),
                                4711,
                                0x2_0000_0001L,
                                -2,
                                3,
                                7,
                                8,
                                OptionalInt.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                SocketDetails.NONE));
    }

    @Test
    void attributesAreFoundAmongUnknownOnes() throws Exception {
        byte[] memory = new byte[36];
        ByteBuffer.wrap(memory).order(ByteOrder.nativeOrder()).putInt(32, 11);
        DiagBytes bytes = new DiagBytes().part(ROW, 2, SEQUENCE).row6(10, 0, 1, 443);
        bytes.attribute(8, new byte[] {9}).attribute(11, new byte[] {1});
        bytes.attribute(4, "cubic".getBytes()).attribute(7, memory).attribute(2, tcpInfo(2, 128));
        read(bytes);
        SocketRow row = rows.getFirst();
        assertThat(row.local()).hasToString("[::1]:443");
        assertThat(row.remote()).isEmpty();
        assertThat(row.drops()).hasValue(11);
        assertThat(row.v6only()).contains(true);
        assertThat(row.info().orElseThrow().queue()).isEqualTo(2);
        assertThat(row.info().orElseThrow().backlog()).isEqualTo(128);
        assertThat(row.queue()).isEqualTo(7);
        assertThat(row.backlog()).isEqualTo(8);
    }

    @Test
    void detailsAreDecoded() throws Exception {
        DiagBytes bytes = new DiagBytes().part(ROW, 2, SEQUENCE).row4(10, 0, 80, 0, 0);
        byte[] cgroup = new byte[8];
        ByteBuffer.wrap(cgroup).order(ByteOrder.nativeOrder()).putLong(0x1_0000_0007L);
        ByteBuffer nested = ByteBuffer.allocate(12).order(ByteOrder.nativeOrder());
        nested.putShort((short) 10).putShort((short) 1).put("mptcp\0".getBytes());
        bytes.attribute(21, cgroup).attribute(22, new byte[] {0x24, 0x01});
        // The kernel marks a nested attribute with its highest bit.
        read(bytes.attribute(19 | 0x8000, nested.array()));
        SocketDetails details = rows.getFirst().details();
        assertThat(details.cgroup()).hasValue(0x1_0000_0007L);
        assertThat(details.multipath()).isTrue();
        assertThat(details.timeWaitMillis()).isEmpty();
        assertThat(details.flags()).containsExactlyInAnyOrder(SocketDetails.Flag.values());
    }

    @Test
    void brokenDetailsAreLeftOut() throws Exception {
        DiagBytes bytes = new DiagBytes().part(ROW, 2, SEQUENCE).row4(10, 0, 80, 0, 0);
        bytes.attribute(21, new byte[4]).attribute(22, new byte[0]);
        read(bytes.attribute(19, new byte[] {127, 127, 1, 0}));
        assertThat(rows.getFirst().details()).isEqualTo(SocketDetails.NONE);
    }

    @Test
    void memoryOfAnOldKernelHasNoDrops() throws Exception {
        DiagBytes bytes = new DiagBytes().part(ROW, 2, SEQUENCE).row4(10, 0, 80, 0, 0);
        read(bytes.attribute(7, new byte[32]));
        assertThat(rows.getFirst().drops()).isEmpty();
    }

    @Test
    void attributeThatClaimsTooMuchIsIgnored() throws Exception {
        DiagBytes bytes = new DiagBytes().part(ROW, 2, SEQUENCE).row4(10, 0, 80, 0, 0);
        int claims = 0x0007_7fff;
        read(bytes.u32(claims));
        assertThat(rows).hasSize(1);
        assertThat(rows.getFirst().drops()).isEmpty();
    }

    @Test
    void closedTcpRowIsBoundInactiveAndClosedUdpRowIsNot() throws Exception {
        DiagBytes bytes = new DiagBytes().part(ROW, 2, SEQUENCE).row4(7, 0, 80, 0, 0);
        read(bytes);
        new DiagReply(Protocol.UDP, SEQUENCE, rows).read(bytes.view(), bytes.length());
        assertThat(rows)
                .extracting(SocketRow::state)
                .containsExactly(TcpState.BOUND_INACTIVE, TcpState.CLOSE);
    }

    @Test
    void doneEndsTheDumpAndWhatFollowsIsNotRead() throws Exception {
        DiagBytes bytes = new DiagBytes().part(ROW, 2, SEQUENCE).row4(10, 0, 80, 0, 0);
        bytes.part(DONE, 2, SEQUENCE).u32(0).part(ROW, 2, SEQUENCE).row4(10, 0, 81, 0, 0);
        read(bytes);
        assertThat(reply.done()).isTrue();
        assertThat(reply.interrupted()).isFalse();
        assertThat(rows).extracting(row -> row.local().port()).containsExactly(80);
    }

    @Test
    void partsOfAnEarlierDumpAreSkipped() throws Exception {
        DiagBytes bytes = new DiagBytes().part(ROW, 0x12, SEQUENCE - 1).row4(10, 0, 79, 0, 0);
        bytes.part(ERROR, 0, SEQUENCE - 1).u32(-22).part(ROW, 2, SEQUENCE).row4(10, 0, 80, 0, 0);
        read(bytes);
        assertThat(reply.done()).isFalse();
        assertThat(reply.interrupted()).isFalse();
        assertThat(rows).extracting(row -> row.local().port()).containsExactly(80);
    }

    @Test
    void interruptedDumpIsNoticedOnAnyPart() throws Exception {
        DiagBytes bytes = new DiagBytes().part(ROW, 0x12, SEQUENCE).row4(10, 0, 80, 0, 0);
        read(bytes.part(DONE, 2, SEQUENCE).u32(0));
        assertThat(reply.done()).isTrue();
        assertThat(reply.interrupted()).isTrue();
    }

    @Test
    void kernelsErrorIsThrown() {
        for (int type : Set.of(ERROR, DONE)) {
            DiagBytes bytes = new DiagBytes().part(type, 0, SEQUENCE).u32(-2);
            DiagReply fresh = new DiagReply(Protocol.TCP, SEQUENCE, rows);
            assertThatThrownBy(() -> fresh.read(bytes.view(), bytes.length()))
                    .isInstanceOf(ErrnoException.class)
                    .hasMessageStartingWith("sock_diag dump tcp: ENOENT (2)");
        }
    }

    @Test
    void malformedMessagesAreRefusedAndDoNotLoop() {
        for (int claimed : Set.of(0, 15, 17, Integer.MAX_VALUE, -1)) {
            DiagBytes bytes = new DiagBytes().part(ROW, 2, SEQUENCE).claim(claimed);
            assertThatThrownBy(() -> read(bytes))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            e -> assertThat(e.name()).contains(Errno.EBADMSG));
        }
    }

    private void read(DiagBytes bytes) throws ErrnoException {
        reply.read(bytes.view(), bytes.length());
    }

    private static byte[] tcpInfo(int queue, int backlog) {
        ByteBuffer info = ByteBuffer.allocate(104).order(ByteOrder.nativeOrder());
        return info.put(0, (byte) 10).putInt(24, queue).putInt(28, backlog).array();
    }
}
