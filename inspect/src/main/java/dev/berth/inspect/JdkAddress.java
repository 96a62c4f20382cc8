package dev.berth.inspect;

import dev.berth.net.Addresses;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/// The address that the JDK's sockets really bind when a program gives them a `java.net` address.
///
/// If IPv6 is available, and unless `java.net.preferIPv4Stack` is set, they are IPv6 sockets for
/// both families; so a program's `0.0.0.0` is `[::]` to the kernel.
final class JdkAddress {
    private JdkAddress() {}

    /// @throws IllegalArgumentException if the host's name was not resolved
    static ListenAddress of(Protocol protocol, InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (host == null) {
            throw new IllegalArgumentException("unknown host: " + address.getHostString());
        }
        boolean both = host.isAnyLocalAddress() && (!(host instanceof Inet4Address) || dualStack());
        String text = both ? "::" : host.getHostAddress();
        return new ListenAddress(protocol, Addresses.of(text, address.getPort()));
    }

    private static boolean dualStack() {
        return !Boolean.getBoolean("java.net.preferIPv4Stack") && hasInet6();
    }

    private static boolean hasInet6() {
        try {
            return Files.readAllBytes(Path.of("/proc/net/if_inet6")).length > 0;
        } catch (IOException none) {
            return false;
        }
    }
}
