package dev.berth.inspect;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.sys.Processes;
import dev.berth.sys.SockAddr;

import java.util.Optional;

/// A bind to be examined.
///
/// @param address protocol, address and port
/// @param reuseaddr whether the socket sets SO_REUSEADDR
/// @param reuseport whether it sets SO_REUSEPORT
/// @param v6only whether it sets IPV6_V6ONLY; ignored for IPv4
/// @param device the interface that it is bound to with SO_BINDTODEVICE, by name
/// @param uid of the process that creates the socket
public record BindRequest(
        ListenAddress address,
        boolean reuseaddr,
        boolean reuseport,
        boolean v6only,
        Optional<String> device,
        int uid) {
    private static final String V6ONLY = "net/ipv6/bindv6only";

    /// A plain bind by this process, with the system's default for IPV6_V6ONLY.
    public static BindRequest of(ListenAddress address) {
        return new BindRequest(
                address, false, false, v6onlyByDefault(), Optional.empty(), Processes.geteuid());
    }

    private static boolean v6onlyByDefault() {
        return Sysctl.read(V6ONLY).orElse("0").equals("1");
    }

    public BindRequest withAddress(SockAddr.Inet other) {
        ListenAddress place = new ListenAddress(protocol(), other);
        return new BindRequest(place, reuseaddr, reuseport, v6only, device, uid);
    }

    public BindRequest withReuseaddr(boolean value) {
        return new BindRequest(address, value, reuseport, v6only, device, uid);
    }

    public BindRequest withReuseport(boolean value) {
        return new BindRequest(address, reuseaddr, value, v6only, device, uid);
    }

    public BindRequest withV6only(boolean value) {
        return new BindRequest(address, reuseaddr, reuseport, value, device, uid);
    }

    public BindRequest withDevice(String name) {
        return new BindRequest(address, reuseaddr, reuseport, v6only, Optional.of(name), uid);
    }

    public BindRequest withUid(int value) {
        return new BindRequest(address, reuseaddr, reuseport, v6only, device, value);
    }

    Protocol protocol() {
        return address.protocol();
    }

    SockAddr.Inet where() {
        return address.address();
    }

    boolean six() {
        return where() instanceof SockAddr.Inet6;
    }

    /// The socket as the rules see it.
    ///
    /// @param index of the device, 0 for none; the scope of a link-local address replaces it
    RuleSocket socket(int index) {
        boolean scoped =
                where() instanceof SockAddr.Inet6 six
                        && AddressCheck.linkLocal(six)
                        && six.scope() != 0;
        int device = scoped && where() instanceof SockAddr.Inet6 six ? six.scope() : index;
        return new RuleSocket(
                where(), v6only, reuseaddr, reuseport, uid, device, SocketStage.BOUND, false);
    }
}
