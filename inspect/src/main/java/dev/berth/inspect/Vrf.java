package dev.berth.inspect;

import dev.berth.net.Devices;
import dev.berth.net.Link;
import dev.berth.sys.ErrnoException;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Sockets of a VRF have ports of their own, as TCP's port table goes by the VRF too. The rules do
/// not cover that, and no kernel was asked.
///
/// **source**: `inet_sk_bound_l3mdev`, net/ipv4/inet_hashtables.c
final class Vrf {
    private Vrf() {}

    /// Why a forecast may be wrong because of a VRF; empty if none is concerned.
    static Optional<String> doubt(BindRequest request, List<PortSocket> sockets) {
        boolean bound = sockets.stream().anyMatch(socket -> socket.device() != 0);
        if (request.device().isEmpty() && !bound) {
            return Optional.empty();
        }
        try {
            int device = request.device().isPresent() ? Devices.index(request.device().get()) : 0;
            return doubt(device, sockets, Link.all());
        } catch (ErrnoException unread) {
            return Optional.of(
                    "whether a device belongs to a VRF could not be looked at: "
                            + unread.getMessage());
        }
    }

    static Optional<String> doubt(int device, List<PortSocket> sockets, List<Link> links) {
        return IntStream.concat(IntStream.of(device), sockets.stream().mapToInt(PortSocket::device))
                .filter(index -> index != 0)
                .mapToObj(index -> Link.vrf(index, links))
                .flatMap(Optional::stream)
                .findFirst()
                .map(
                        vrf ->
                                "the VRF "
                                        + vrf.name()
                                        + " is concerned: its sockets have ports of their own,"
                                        + " which these rules do not cover");
    }
}
