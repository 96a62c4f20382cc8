package dev.berth.supervise.adoption;

import dev.berth.net.ListenAddress;
import dev.berth.net.ListenerFactory;
import dev.berth.net.Protocol;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.SocketInode;
import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Redirect;
import dev.berth.sys.SockAddr;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The sockets of one worker in the mode `listen-fds`, and the variables that announce them.
///
/// **Source:** sd_listen_fds(3); nginx's `NGINX`, Server::Starter's `SERVER_STARTER_PORT`,
/// Einhorn's `EINHORN_FDS`.
public record SocketActivation(ServiceSpec spec, ListenerRegistry registry) {
    private static final int FIRST = 3;

    /// The addresses that the user named, with `-p PORT` as the IPv4 wildcard.
    static List<ListenAddress> addresses(ServiceSpec spec) {
        List<ListenAddress> all = new ArrayList<>(spec.listen());
        for (int port : spec.ports()) {
            all.add(new ListenAddress(Protocol.TCP, new SockAddr.Inet4(0, port)));
        }
        return all;
    }

    /// The listening sockets for worker `id`: those that its predecessor left, else new ones.
    public List<HeldSocket> open(WorkerId id) throws IOException {
        List<HeldSocket> sockets = new ArrayList<>();
        for (ListenAddress address : addresses(spec)) {
            sockets.add(open(id, address));
        }
        return sockets;
    }

    private HeldSocket open(WorkerId id, ListenAddress address) throws IOException {
        boolean v6only = v6only(address);
        GroupKey key = new GroupKey(address.protocol(), address.address(), v6only, 0, false);
        Optional<HeldSocket> inherited = registry.inheritance(id, key);
        if (inherited.isPresent()) {
            HeldSocket socket = inherited.get();
            if (socket.orphan()) {
                blocking(socket.fd());
            }
            registry.handOver(socket, id);
            return socket;
        }
        try {
            return fresh(id, key);
        } catch (ErrnoException failed) {
            throw new IOException(PortOwners.explain(failed, key, spec), failed);
        }
    }

    private HeldSocket fresh(WorkerId id, GroupKey key) throws IOException {
        Fd fd = ListenerFactory.open(key.listen(), true, OptionalInt.of(key.v6only() ? 1 : 0));
        HeldSocket socket = new HeldSocket(fd, SocketInode.of(fd), key, id);
        registry.add(socket);
        blocking(fd);
        if (key.protocol() == Protocol.TCP) {
            ListenerFactory.listen(fd, spec.backlog());
        }
        registry.joined(socket);
        return socket;
    }

    /// Makes `fd` blocking, as programs expect of a socket that they are handed; a program that
    /// wants it otherwise changes it.
    private static void blocking(Fd fd) {
        int flags = Descriptors.fcntl(fd.number(), Descriptors.F_GETFL, 0);
        Descriptors.fcntl(fd.number(), Descriptors.F_SETFL, flags & ~Descriptors.O_NONBLOCK);
    }

    /// `[::]` is for both families, unless the same port is named for IPv4 too.
    private boolean v6only(ListenAddress address) {
        boolean six = address.address() instanceof SockAddr.Inet6;
        return six
                && (!address.address().wildcard()
                        || addresses(spec).stream().anyMatch(other -> four(other, address)));
    }

    private static boolean four(ListenAddress other, ListenAddress six) {
        return other.address() instanceof SockAddr.Inet4
                && other.protocol() == six.protocol()
                && other.address().port() == six.address().port();
    }

    /// The descriptor numbers in the worker: from 3 on.
    public List<Redirect> redirects(List<HeldSocket> sockets) {
        List<Redirect> redirects = new ArrayList<>();
        for (int i = 0; i < sockets.size(); i++) {
            redirects.add(new Redirect(sockets.get(i).fd().number(), FIRST + i));
        }
        if (spec.sockets() instanceof SocketSource.Activate(_, boolean firstAtZero)
                && firstAtZero
                && !sockets.isEmpty()) {
            redirects.add(new Redirect(sockets.getFirst().fd().number(), 0));
        }
        return redirects;
    }

    /// The variables that announce the sockets to a worker.
    public static Map<String, String> environment(List<HeldSocket> sockets) {
        Map<String, String> variables = new HashMap<>();
        List<String> numbers = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<String> starters = new ArrayList<>();
        for (int i = 0; i < sockets.size(); i++) {
            GroupKey key = sockets.get(i).key();
            numbers.add(Integer.toString(FIRST + i));
            names.add(key.protocol().text() + "-" + key.address().port());
            starters.add(key.address() + "=" + (FIRST + i));
            variables.put("EINHORN_FD_" + i, Integer.toString(FIRST + i));
        }
        variables.put("LISTEN_FDS", Integer.toString(sockets.size()));
        variables.put("LISTEN_FDNAMES", String.join(":", names));
        variables.put("NGINX", String.join(";", numbers) + ";");
        variables.put("SERVER_STARTER_PORT", String.join(";", starters));
        variables.put("EINHORN_FDS", String.join(" ", numbers));
        variables.put("EINHORN_FD_COUNT", Integer.toString(sockets.size()));
        return variables;
    }

    /// The command line that sets LISTEN_PID to the worker's own pid, which is known only in the
    /// child.
    public static List<String> withListenPid(List<String> words) {
        List<String> wrapped =
                new ArrayList<>(List.of("/bin/sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh"));
        wrapped.addAll(words);
        return wrapped;
    }
}
