package dev.berth.testkit;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/// Finds a port that nothing holds on any address of either family.
///
/// The port is below the kernel's range for outgoing connections, so that none of those takes it
/// before the test does. No port is returned twice in one JVM, and the part of the range used here
/// is hardly shared with other JVMs running at the same time. Inside a namespace of its own a test
/// can use any port: prefer [NetworkNamespace].
public final class FreePort {
    private static final int PARTS = 17;
    private static final int PART = 1_000;
    private static final int FIRST = 15_000 + PART * (int) (ProcessHandle.current().pid() % PARTS);
    private static final int LAST = FIRST + PART;
    private static final int ATTEMPTS = 1_000;

    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePort() {}

    /// A free TCP port.
    public static int tcp() {
        return find(FreePort::tcpIsFree);
    }

    /// A free UDP port.
    public static int udp() {
        return find(FreePort::udpIsFree);
    }

    private interface ProbeSocket {
        boolean free(int port);
    }

    private static int find(ProbeSocket probe) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (probe.free(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new AssertionError("no free port between " + FIRST + " and " + LAST);
    }

    private static boolean tcpIsFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // On by default on Linux, it would hide sockets that are bound but do not listen.
            socket.setReuseAddress(false);
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static boolean udpIsFree(int port) {
        try (DatagramSocket socket = new DatagramSocket(port)) {
            return socket.isBound();
        } catch (SocketException taken) {
            return false;
        }
    }
}
