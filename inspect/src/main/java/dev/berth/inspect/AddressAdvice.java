package dev.berth.inspect;

import dev.berth.net.Addresses;
import dev.berth.net.Protocol;
import dev.berth.sys.Errno;
import dev.berth.sys.SockAddr;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Explains an address that is refused before any other socket matters, and lists what would help.
final class AddressAdvice {
    private AddressAdvice() {}

    static Cause cause(BindRequest request, Errno errno) {
        String host = request.where().host();
        return switch (errno) {
            case EADDRNOTAVAIL ->
                    cause(
                            "address-not-here",
                            host
                                    + " is not an address of this machine"
                                    + request.device().map(name -> " on " + name).orElse(""));
            case EACCES ->
                    cause(
                            "privileged-port",
                            ("ports below %s (net.ipv4.ip_unprivileged_port_start) need"
                                 + " CAP_NET_BIND_SERVICE, which a process with uid %s lacks here")
                                    .formatted(BindEnvironment.firstFree(), request.uid()));
            case ENODEV ->
                    cause(
                            "no-such-device",
                            "there is no network device "
                                    + host.substring(host.indexOf('%') + 1)
                                    + "; ip link lists them");
            default -> cause("invalid-combination", invalid(request));
        };
    }

    private static Cause cause(String rule, String sentence) {
        return new Cause(rule, sentence, Optional.empty());
    }

    private static String invalid(BindRequest request) {
        if (request.where() instanceof SockAddr.Inet6 six) {
            if (six.mapped().isPresent()) {
                return "a socket with IPV6_V6ONLY cannot have an IPv4 address";
            }
            return AddressCheck.multicast(six) && request.protocol() == Protocol.TCP
                    ? "TCP cannot be bound to a multicast address"
                    : "a link-local address needs its interface";
        }
        return "the kernel refuses this combination";
    }

    /// Lists what would help. Each fix is tried against the same check and against the other
    /// sockets on the port.
    ///
    /// @param free whether no other socket would be in the way
    static List<String> fixes(
            BindRequest request,
            BindEnvironment environment,
            Errno errno,
            Predicate<BindRequest> free) {
        List<String> fixes = new ArrayList<>();
        AddressCheck check = environment.check();
        switch (errno) {
            case EADDRNOTAVAIL -> {
                SockAddr.Inet any = any(request.where());
                BindRequest elsewhere = request.withAddress(any);
                if (passes(elsewhere, environment, check) && free.test(elsewhere)) {
                    fixes.add("bind " + any.host() + ": all addresses of this machine");
                }
                AddressCheck anywhere = with(true, check.lowPort(), check);
                if (passes(request, environment, anywhere) && free.test(request)) {
                    fixes.add(
                            "set IP_FREEBIND (IPV6_FREEBIND) on your socket: works, even for an"
                                    + " address that is added later");
                }
            }
            case EACCES -> {
                AddressCheck open = with(check.here(), false, check);
                if (passes(request, environment, open) && free.test(request)) {
                    int port = request.where().port();
                    fixes.add("use port " + BindEnvironment.firstFree() + " or higher");
                    fixes.add(
                            "allow it for all users: sysctl -w net.ipv4.ip_unprivileged_port_start="
                                    + port);
                }
                AddressCheck privileged =
                        new AddressCheck(check.here(), check.device(), check.lowPort(), true);
                if (passes(request, environment, privileged) && free.test(request)) {
                    fixes.add(
                            "give the program CAP_NET_BIND_SERVICE: systemd's AmbientCapabilities=,"
                                + " or setcap cap_net_bind_service=+ep PROGRAM, which has no effect"
                                + " under no_new_privs (systemd's NoNewPrivileges=, a container's,"
                                + " berth run without root)");
                }
            }
            default -> {
                BindRequest dual = request.withV6only(false);
                if (passes(dual, environment, check) && free.test(dual)) {
                    fixes.add("clear IPV6_V6ONLY on your socket");
                }
            }
        }
        return fixes;
    }

    private static AddressCheck with(boolean here, boolean low, AddressCheck check) {
        return new AddressCheck(here, check.device(), low, check.privileged());
    }

    private static SockAddr.Inet any(SockAddr.Inet address) {
        return Addresses.of(address instanceof SockAddr.Inet6 ? "::" : "0.0.0.0", address.port());
    }

    private static boolean passes(
            BindRequest request, BindEnvironment environment, AddressCheck check) {
        return check.errno(
                        request.protocol(), request.where(), request.v6only(), environment.device())
                .isEmpty();
    }
}
