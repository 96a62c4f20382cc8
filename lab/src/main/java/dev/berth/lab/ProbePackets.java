package dev.berth.lab;

import dev.berth.net.Addresses;
import dev.berth.net.Protocol;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Poll;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The packets that are sent to find out which socket gets them.
enum ProbePackets {
    IPV4("ipv4", "127.0.0.1", ""),
    IPV6("ipv6", "::1", ""),
    BROADCAST("broadcast", "127.255.255.255", " (broadcast)"),
    MULTICAST("multicast", "224.0.0.99", " (multicast that neither has joined)");

    /// Number of clients after which both sockets must have been hit, if the hash chooses either: a
    /// miss has a probability of 2⁻³¹.
    private static final int CLIENTS = 32;

    private static final int ARRIVAL_MILLIS = 1000;
    private static final int IP_MULTICAST_IF = 32;
    private static final int IP_ADD_MEMBERSHIP = 35;
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final byte[] GROUP_ON_LOOPBACK = {(byte) 224, 0, 0, 99, 127, 0, 0, 1};

    private final String label;
    private final String host;
    private final String kind;

    ProbePackets(String label, String host, String kind) {
        this.label = label;
        this.host = host;
        this.kind = kind;
    }

    String label() {
        return label;
    }

    SockAddr.Inet address() {
        return Addresses.of(host, 0);
    }

    String kind() {
        return kind;
    }

    /// Whether it is addressed to one socket, not to all.
    boolean unicast() {
        return this == IPV4 || this == IPV6;
    }

    /// Sends from one client after another until both sockets have got a packet. Returns those that
    /// did, by index.
    Set<Integer> send(Protocol protocol, int port, List<Fd> sockets) throws ErrnoException {
        Set<Integer> got = new HashSet<>();
        // The device accepts packets to a group only if some socket on the machine has joined it.
        try (Fd member = client(Protocol.UDP)) {
            if (this == MULTICAST) {
                option(member, IP_ADD_MEMBERSHIP, GROUP_ON_LOOPBACK);
            }
            for (int i = 0; i < CLIENTS && got.size() < sockets.size(); i++) {
                boolean hit =
                        protocol == Protocol.TCP
                                ? connected(port, sockets, got)
                                : received(port, sockets, got);
                if (!hit) {
                    break;
                }
            }
        }
        return got;
    }

    private Fd client(Protocol protocol) throws ErrnoException {
        int type = protocol.socketType() | Sockets.SOCK_CLOEXEC;
        int number = Sockets.socket(address().family(), type, protocol.number());
        return Fd.of("socket", host, number);
    }

    private static void option(Fd socket, int name, byte[] value) throws ErrnoException {
        int set = Sockets.setsockopt(socket.number(), Sockets.IPPROTO_IP, name, value);
        ErrnoException.check("setsockopt", "IP option " + name, set);
    }

    private boolean connected(int port, List<Fd> sockets, Set<Integer> got) throws ErrnoException {
        try (Fd client = client(Protocol.TCP)) {
            int result = Sockets.connect(client.number(), address().withPort(port));
            if (Errno.ECONNREFUSED.is(result)) {
                return false;
            }
            ErrnoException.check("connect", host, result);
            int receiver = waiting(sockets);
            long accepted = Sockets.accept4(sockets.get(receiver).number(), Sockets.SOCK_CLOEXEC);
            Fd.of("accept", host, accepted).close();
            got.add(receiver);
            return true;
        }
    }

    private int waiting(List<Fd> sockets) throws ErrnoException {
        int[] fds = sockets.stream().mapToInt(Fd::number).toArray();
        short[] events = new short[fds.length];
        Arrays.fill(events, Poll.POLLIN);
        short[] ready = new short[fds.length];
        ErrnoException.check(
                "poll", host, Poll.poll(fds, events, ready, fds.length, ARRIVAL_MILLIS));
        for (int i = 0; i < ready.length; i++) {
            if (ready[i] != 0) {
                return i;
            }
        }
        throw new ErrnoException("accept", host, Errno.ETIMEDOUT.number());
    }

    /// A datagram over loopback has arrived when the call that sends it returns.
    private boolean received(int port, List<Fd> sockets, Set<Integer> got) throws ErrnoException {
        try (Fd client = client(Protocol.UDP)) {
            if (this == BROADCAST) {
                SocketOption.BROADCAST.write(client.number(), 1);
            }
            if (this == MULTICAST) {
                option(client, IP_MULTICAST_IF, LOOPBACK);
            }
            SockAddr to = address().withPort(port);
            ErrnoException.check(
                    "sendto", to, Sockets.sendto(client.number(), new byte[] {1}, 0, to));
        }
        boolean hit = false;
        for (int i = 0; i < sockets.size(); i++) {
            byte[] buffer = new byte[8];
            while (Sockets.recv(sockets.get(i).number(), buffer, Sockets.MSG_DONTWAIT) >= 0) {
                got.add(i);
                hit = true;
            }
        }
        return hit;
    }
}
