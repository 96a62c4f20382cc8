package dev.berth.inspect;

import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.net.NetworkInterface;

/// What a bind meets here and now, apart from other sockets.
///
/// @param check what the address meets
/// @param device the index of the wanted device, 0 for none
/// @param assumed what had to be assumed about the process; empty if nothing
record Situation(AddressCheck check, int device, String assumed) {
    private static final String FIRST_FREE = "net/ipv4/ip_unprivileged_port_start";
    private static final int USUAL_FIRST_FREE = 1024;
    private static final long NS_GET_USERNS = 0xb701;

    /// Looks at the network namespace of the calling thread.
    ///
    /// @throws IllegalArgumentException if there is no device of the wanted name
    static Situation read(BindRequest request) throws IOException {
        int device = request.device().isPresent() ? index(request.device().get()) : 0;
        int port = request.where().port();
        boolean low = port != 0 && port < firstFree();
        boolean same = request.uid() == Processes.geteuid();
        boolean privileged = same ? privileged() : request.uid() == 0;
        String assumed =
                same || !low
                        ? ""
                        : "the capabilities of a process of uid "
                                + request.uid()
                                + " are assumed: CAP_NET_BIND_SERVICE for root alone";
        boolean here = here(request.where(), device);
        return new Situation(new AddressCheck(here, low, privileged), device, assumed);
    }

    /// Whether this machine has `address`, for a bind like `request`; false if that cannot be
    /// known.
    boolean has(SockAddr.Inet address) {
        try {
            return here(address, device);
        } catch (IOException unknown) {
            return false;
        }
    }

    private static int index(String name) throws IOException {
        NetworkInterface device = NetworkInterface.getByName(name);
        if (device == null) {
            throw new IllegalArgumentException(
                    "there is no network device " + name + "; ip link lists them");
        }
        return device.getIndex();
    }

    static int firstFree() {
        try {
            return Sysctl.read(FIRST_FREE).map(Integer::valueOf).orElse(USUAL_FIRST_FREE);
        } catch (NumberFormatException strange) {
            return USUAL_FIRST_FREE;
        }
    }

    /// The capability counts in the user namespace that owns the network namespace; the kernel
    /// names that one only to those who are in it or above it.
    private static boolean privileged() {
        if (!Capabilities.has(Capability.NET_BIND_SERVICE)) {
            return false;
        }
        int namespace = Descriptors.open("/proc/thread-self/ns/net", 0, 0);
        if (namespace < 0) {
            return true;
        }
        try (Fd net = new Fd(namespace)) {
            int owner = Descriptors.ioctl(net.number(), NS_GET_USERNS, 0L);
            if (owner >= 0) {
                Descriptors.close(owner);
            }
            return !Errno.EPERM.is(owner);
        }
    }

    /// Whether the address is this machine's, as the kernel sees it: a TCP socket is bound to it
    /// with IP_BIND_ADDRESS_NO_PORT, which takes no port and meets no other socket.
    private static boolean here(SockAddr.Inet address, int device) throws IOException {
        boolean multicast = address instanceof SockAddr.Inet6 six && AddressCheck.multicast(six);
        if (address.wildcard() || multicast) {
            return true;
        }
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        int number = Sockets.socket(address.family(), type, Sockets.IPPROTO_TCP);
        try (Fd socket = Fd.of("socket", address, number)) {
            SocketOption.BIND_ADDRESS_NO_PORT.write(socket.number(), 1);
            if (address.family() == Sockets.AF_INET6) {
                SocketOption.V6ONLY.write(socket.number(), 0);
            }
            if (device != 0) {
                SocketOption.BINDTOIFINDEX.write(socket.number(), device);
            }
            int result = Sockets.bind(socket.number(), address.withPort(0));
            return !Errno.EADDRNOTAVAIL.is(result);
        }
    }
}
