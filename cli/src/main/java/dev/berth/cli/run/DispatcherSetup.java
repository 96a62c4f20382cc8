package dev.berth.cli.run;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.TypedOption;
import dev.berth.cli.command.UsageException;
import dev.berth.dispatch.Dispatcher;
import dev.berth.dispatch.DispatcherConfig;
import dev.berth.dispatch.DispatcherLimits;
import dev.berth.dispatch.ProxyProtocol;
import dev.berth.dispatch.Routes;
import dev.berth.net.BoundAddress;
import dev.berth.net.ListenAddress;
import dev.berth.net.ListenerFactory;
import dev.berth.net.Protocol;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;

import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// Checks the options that apply with `--share dispatch`, and opens the dispatcher.
final class DispatcherSetup {
    /// The options for workers that listen for themselves.
    private static final List<TypedOption<?>> GROUP_ONLY =
            List.of(
                    RunOptions.ADOPT,
                    RunOptions.BPF,
                    RunOptions.PRIVATE_PORTS,
                    RunOptions.FD0,
                    RunOptions.JOIN,
                    RunOptions.READY,
                    RunOptions.PROBE,
                    RunOptions.MAX_CONNECTIONS,
                    RunOptions.SLOW_START,
                    RunOptions.ALLOW_NEW_ADDRESSES);

    /// Why a dispatcher does not listen on UDP. Callers append what to do instead.
    static final String NO_DATAGRAMS =
            ": a dispatcher handles TCP connections only, not datagrams; ";

    private DispatcherSetup() {}

    static void checkNoGroupOptions(ParseResult parsed) throws UsageException {
        for (TypedOption<?> option : GROUP_ONLY) {
            if (option.given(parsed)) {
                throw new UsageException(
                        option.name() + " cannot be used with --share dispatch or -f");
            }
        }
    }

    static void check(SocketSource.Dispatch dispatch) throws UsageException {
        for (ListenAddress address : dispatch.addresses().listen()) {
            if (address.protocol() != Protocol.TCP) {
                throw new UsageException(address + NO_DATAGRAMS + "omit --share dispatch");
            }
        }
        List<ListenAddress> before = new ArrayList<>();
        for (ListenAddress address : addresses(dispatch)) {
            Optional<String> obstacle = obstacle(address, before);
            if (obstacle.isPresent()) {
                throw new UsageException(obstacle.get());
            }
            before.add(address);
        }
    }

    /// Why a listener at `address` conflicts with `others`; empty if it does not. Since the port is
    /// not shared, the kernel would say only that it is taken.
    static Optional<String> obstacle(ListenAddress address, List<ListenAddress> others) {
        for (ListenAddress other : others) {
            if (other.equals(address)) {
                return Optional.of(address + " is listed twice");
            }
            if (covers(other, address)) {
                return Optional.of(part(address, other));
            }
            if (covers(address, other)) {
                return Optional.of(part(other, address));
            }
        }
        return Optional.empty();
    }

    private static String part(ListenAddress some, ListenAddress all) {
        return some + " is covered by " + all + ", which is listed too; omit it";
    }

    private static boolean covers(ListenAddress all, ListenAddress some) {
        return all.address().port() == some.address().port()
                && BoundAddress.of(all).covers(BoundAddress.of(some));
    }

    static ProxyProtocol proxy(String word) {
        for (ProxyProtocol proxy : ProxyProtocol.values()) {
            if (proxy.text().equals(word)) {
                return proxy;
            }
        }
        throw new IllegalArgumentException(
                "must be off, optional or required, not " + word.toLowerCase(Locale.ROOT));
    }

    static Dispatcher open(SocketSource.Dispatch dispatch, Routes routes, Console console)
            throws IOException {
        try {
            return Dispatcher.open(
                    new DispatcherConfig(
                            addresses(dispatch),
                            dispatch.backlog(),
                            routes,
                            dispatch.proxy(),
                            DispatcherLimits.defaults()),
                    console::onEvent);
        } catch (ErrnoException failed) {
            throw new CommandFailure("cannot listen: " + failed.getMessage(), failed);
        }
    }

    private static List<ListenAddress> addresses(SocketSource.Dispatch dispatch) {
        List<ListenAddress> listen = new ArrayList<>(dispatch.addresses().listen());
        for (int port : dispatch.addresses().ports()) {
            listen.add(everywhere(port));
        }
        return listen;
    }

    /// All addresses of both families, or of IPv4 if the system has no IPv6.
    static ListenAddress everywhere(int port) {
        var six = new ListenAddress(Protocol.TCP, new SockAddr.Inet6(0, 0, 0));
        try (Fd probe = ListenerFactory.open(six, false, OptionalInt.of(0))) {
            return probe.isOpen() ? six.withPort(port) : six;
        } catch (ErrnoException none) {
            return new ListenAddress(Protocol.TCP, new SockAddr.Inet4(0, port));
        }
    }
}
