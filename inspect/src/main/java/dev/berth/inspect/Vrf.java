package dev.berth.inspect;

import dev.berth.net.DeviceNames;
import dev.berth.net.NetworkDevice;
import dev.berth.sys.ErrnoException;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Sockets of a VRF have their own ports, since TCP's port table also distinguishes VRFs. The rules
/// do not cover that, and it was not checked on any kernel.
///
/// **Source:** `inet_sk_bound_l3mdev`, net/ipv4/inet_hashtables.c
final class Vrf {
    private Vrf() {}

    /// Why a forecast may be wrong because of a VRF; empty if none is involved.
    static Optional<String> doubt(BindRequest request, List<PortSocket> sockets) {
        boolean bound = sockets.stream().anyMatch(socket -> socket.device() != 0);
        if (request.device().isEmpty() && !bound) {
            return Optional.empty();
        }
        try {
            int device =
                    request.device().isPresent() ? DeviceNames.index(request.device().get()) : 0;
            return doubt(device, sockets, NetworkDevice.all());
        } catch (ErrnoException unread) {
            return Optional.of(
                    "whether a device belongs to a VRF could not be checked: "
                            + unread.getMessage());
        }
    }

    static Optional<String> doubt(int device, List<PortSocket> sockets, List<NetworkDevice> links) {
        return IntStream.concat(IntStream.of(device), sockets.stream().mapToInt(PortSocket::device))
                .filter(index -> index != 0)
                .mapToObj(index -> NetworkDevice.vrf(index, links))
                .flatMap(Optional::stream)
                .findFirst()
                .map(
                        vrf ->
                                "the VRF "
                                        + vrf.name()
                                        + " is involved: its sockets have their own ports,"
                                        + " which these rules do not cover");
    }
}
