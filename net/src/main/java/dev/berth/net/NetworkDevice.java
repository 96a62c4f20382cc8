package dev.berth.net;

import dev.berth.sys.ErrnoException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A network device.
///
/// **Source:** rtnetlink(7), `linux/if_link.h`
///
/// @param index its number
/// @param name as `ip link` shows it
/// @param kind as `vxlan`, `wireguard`, `vrf`; empty for plain devices
/// @param port the UDP port on which the kernel receives for it, if reported: for VXLAN, GENEVE and
///   bareudp
/// @param master the index of the device that it is part of, 0 for none: a bridge, a VRF
/// @param xdp whether an XDP program sees what it receives
public record NetworkDevice(
        int index, String name, String kind, OptionalInt port, int master, boolean xdp) {
    private static final int RTM_GETLINK = 18;
    private static final int IFINFO_BYTES = 16;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_XDP = 43;
    private static final int IFLA_XDP_ATTACHED = 2;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;

    /// The devices in the network namespace of the calling thread. No privilege is needed.
    ///
    /// @throws ErrnoException the kernel's error
    public static List<NetworkDevice> all() throws ErrnoException {
        List<NetworkDevice> links = new ArrayList<>();
        NetlinkDump.read(
                NetlinkDump.ROUTE, RTM_GETLINK, new byte[IFINFO_BYTES], m -> links.add(decode(m)));
        return links;
    }

    /// The VRF that the device is, or belongs to.
    ///
    /// @param links all devices
    public static Optional<NetworkDevice> vrf(int index, List<NetworkDevice> links) {
        return of(index, links)
                .filter(link -> link.kind.equals("vrf"))
                .or(
                        () ->
                                of(index, links)
                                        .flatMap(link -> of(link.master, links))
                                        .filter(link -> link.kind.equals("vrf")));
    }

    private static Optional<NetworkDevice> of(int index, List<NetworkDevice> links) {
        return links.stream().filter(link -> link.index == index).findFirst();
    }

    static NetworkDevice decode(ByteBuffer body) {
        Map<Integer, ByteBuffer> all = NetlinkDump.attributes(body, IFINFO_BYTES);
        Map<Integer, ByteBuffer> info = nested(all, IFLA_LINKINFO);
        String kind = NetlinkDump.text(info, IFLA_INFO_KIND);
        ByteBuffer master = all.get(IFLA_MASTER);
        ByteBuffer xdp = nested(all, IFLA_XDP).get(IFLA_XDP_ATTACHED);
        return new NetworkDevice(
                body.getInt(4),
                NetlinkDump.text(all, IFLA_IFNAME),
                kind,
                port(kind, nested(info, IFLA_INFO_DATA)),
                master == null ? 0 : master.getInt(0),
                xdp != null && xdp.get(0) != 0);
    }

    private static OptionalInt port(String kind, Map<Integer, ByteBuffer> data) {
        int attribute =
                switch (kind) {
                    case "vxlan" -> 15;
                    case "geneve" -> 5;
                    case "bareudp" -> 1;
                    default -> 0;
                };
        ByteBuffer value = data.get(attribute);
        return value == null || value.limit() < Short.BYTES
                ? OptionalInt.empty()
                : OptionalInt.of(value.order(ByteOrder.BIG_ENDIAN).getShort(0) & 0xffff);
    }

    private static Map<Integer, ByteBuffer> nested(Map<Integer, ByteBuffer> all, int type) {
        ByteBuffer value = all.get(type);
        return value == null ? Map.of() : NetlinkDump.attributes(value, 0);
    }
}
