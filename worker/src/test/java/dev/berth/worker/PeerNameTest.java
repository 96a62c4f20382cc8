package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

class PeerNameTest {
    @Test
    void anIpv4ClientHasAnIpv4AddressWhateverTheSocket() throws IOException {
        assertThat(PeerName.decode(four(127, 1, 2, 3)))
                .isEqualTo(new InetSocketAddress(InetAddress.getByName("127.1.2.3"), 65_280));
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xff;
        mapped[12] = 10;
        mapped[15] = 9;
        assertThat(PeerName.decode(six(mapped, 0)))
                .isEqualTo(new InetSocketAddress(InetAddress.getByName("10.0.0.9"), 65_280));
    }

    @Test
    void aLinkLocalIpv6ClientHasItsScope() throws IOException {
        byte[] host = InetAddress.getByName("fe80::1").getAddress();
        InetSocketAddress peer = PeerName.decode(six(host, 1));
        assertThat(peer.getAddress()).isEqualTo(InetAddress.getByName("fe80::1"));
        assertThat(((Inet6Address) peer.getAddress()).getScopeId()).isEqualTo(1);
        byte[] global = InetAddress.getByName("2001:db8::2").getAddress();
        assertThat(PeerName.decode(six(global, 0)).getAddress())
                .isEqualTo(InetAddress.getByName("2001:db8::2"));
    }

    @Test
    void anythingButAnInternetAddressIsAnError() {
        assertThatThrownBy(() -> PeerName.decode(name(1, 28).array()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("address family 1");
    }

    private static byte[] four(int... host) {
        ByteBuffer name = name(2, 28);
        for (int part : host) {
            name.put((byte) part);
        }
        return name.array();
    }

    private static byte[] six(byte[] host, int scope) {
        ByteBuffer name = name(10, 28).putInt(0).put(host);
        return name.order(ByteOrder.nativeOrder()).putInt(scope).array();
    }

    /// Port 65280, whose two bytes differ.
    private static ByteBuffer name(int family, int length) {
        ByteBuffer name = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
        return name.putShort((short) family).order(ByteOrder.BIG_ENDIAN).putShort((short) 0xff00);
    }
}
