package dev.berth.inspect;

import dev.berth.net.DeviceNames;
import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/// What a bind meets here and now, apart from other sockets.
///
/// @param check what the address meets
/// @param device the index of the wanted device, 0 for none
/// @param assumed what had to be assumed about the process; empty if nothing
/// @param guarded that something other than the rules restricts the binds of this process; empty if
///   nothing was seen
/// @param free whether no socket of the protocol is on a port
record BindEnvironment(
        AddressCheck check, int device, String assumed, String guarded, IntPredicate free) {
    private static final String FIRST_FREE = "net/ipv4/ip_unprivileged_port_start";
    private static final int USUAL_FIRST_FREE = 1024;
    private static final long NS_GET_USERNS = 0xb701;

    /// Inspects the network namespace of the calling thread.
    ///
    /// @throws IllegalArgumentException if the wanted device does not exist
    static BindEnvironment read(BindRequest request) throws IOException {
        int device = request.device().isPresent() ? index(request.device().get()) : 0;
        int port = request.where().port();
        boolean low = port != 0 && port < firstFree();
        boolean same = request.uid() == Processes.geteuid();
        boolean privileged = same ? privileged() : request.uid() == 0;
        String assumed =
                same || !low
                        ? ""
                        : "the capabilities of a process with uid "
                                + request.uid()
                                + " are assumed: CAP_NET_BIND_SERVICE for root only";
        String mute = mute(request.where());
        boolean here = !mute.isEmpty() || here(request.where(), device);
        boolean named = !mute.isEmpty() || named(request.where());
        return new BindEnvironment(
                new AddressCheck(here, named, low, privileged),
                device,
                assumed,
                mute.isEmpty() ? guarded(request.where()) : mute,
                other -> free(request.protocol(), other));
    }

    /// Why the answer may be wrong, whatever sockets there are.
    ///
    /// @param before whether the answer was found before capabilities were considered
    List<String> doubts(boolean before) {
        return Stream.of(before ? "" : assumed, guarded).filter(doubt -> !doubt.isEmpty()).toList();
    }

    private static boolean free(Protocol protocol, int port) {
        try (SockDiag diag = SockDiag.open()) {
            return diag.dump(DiagQuery.all(protocol).withLocalPort(port)).isEmpty();
        } catch (IOException unknown) {
            return false;
        }
    }

    /// Whether this machine has `address`, for a bind like `request`; false if that cannot be
    /// determined.
    boolean has(SockAddr.Inet address) {
        try {
            return here(address, device);
        } catch (IOException unknown) {
            return false;
        }
    }

    private static int index(String name) throws IOException {
        int index = DeviceNames.index(name);
        if (index == 0) {
            throw new IllegalArgumentException(
                    "there is no network device \"" + name + "\"; ip link lists them");
        }
        return index;
    }

    static int firstFree() {
        try {
            return Sysctl.read(FIRST_FREE).map(Integer::valueOf).orElse(USUAL_FIRST_FREE);
        } catch (NumberFormatException strange) {
            return USUAL_FIRST_FREE;
        }
    }

    /// The capability must be held in the user namespace that owns the network namespace; the
    /// kernel reveals that namespace only to processes that are in it or above it.
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

    /// Whether the address is this machine's, as the kernel sees it.
    private static boolean here(SockAddr.Inet address, int device) throws IOException {
        boolean multicast = address instanceof SockAddr.Inet6 six && AddressCheck.multicast(six);
        return address.wildcard() || multicast || !Errno.EADDRNOTAVAIL.is(tried(address, device));
    }

    /// Whether the device that the address names exists, if it names one and that counts.
    private static boolean named(SockAddr.Inet address) throws IOException {
        return !(address instanceof SockAddr.Inet6 six)
                || six.scope() == 0
                || !AddressCheck.linkLocal(six)
                || DeviceNames.exists(six.scope());
    }

    /// Why nothing could be checked: a sandbox refuses every socket. Empty if sockets can be
    /// created.
    private static String mute(SockAddr.Inet address) {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        int number = Sockets.socket(address.family(), type, Sockets.IPPROTO_TCP);
        try (Fd _ = Fd.of("socket", "TCP", number)) {
            return "";
        } catch (ErrnoException refused) {
            return "this process cannot create a socket ("
                    + refused.getMessage()
                    + "), so it could not be checked whether the address is this machine's, and"
                    + " whether something other than the rules restricts binds";
        }
    }

    /// Landlock, for example, compares port numbers; it also judges port 0, which everything else
    /// permits.
    private static String guarded(SockAddr.Inet address) throws IOException {
        SockAddr.Inet any =
                address.family() == Sockets.AF_INET
                        ? new SockAddr.Inet4(0, 0)
                        : new SockAddr.Inet6(0, 0, 0);
        int result = tried(any, 0);
        return Errno.EACCES.is(result) || Errno.EPERM.is(result)
                ? "something other than the rules restricts this process's binds: Landlock, another"
                        + " security module, or a cgroup's BPF program; whether it allows this bind"
                        + " cannot be determined"
                : "";
    }

    /// The answer of a bind to the address alone: of a TCP socket to port 0, which with
    /// IP_BIND_ADDRESS_NO_PORT takes no port, meets no other socket and cannot be reached.
    private static int tried(SockAddr.Inet address, int device) throws IOException {
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
            return Sockets.bind(socket.number(), address.withPort(0));
        }
    }
}
