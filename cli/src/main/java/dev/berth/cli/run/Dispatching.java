package dev.berth.cli.run;

import dev.berth.cli.command.Failure;
import dev.berth.cli.command.UsageException;
import dev.berth.dispatch.Blueprint;
import dev.berth.dispatch.Dispatcher;
import dev.berth.dispatch.Limits;
import dev.berth.dispatch.ProxyProtocol;
import dev.berth.dispatch.Routes;
import dev.berth.net.ListenAddress;
import dev.berth.net.Listeners;
import dev.berth.net.Protocol;
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

/// What `--share dispatch` means for the options, and its dispatcher.
final class Dispatching {
    /// What belongs to workers that listen for themselves.
    private static final List<String> GROUP_ONLY =
            List.of(
                    "--adopt",
                    "--bpf",
                    "--private",
                    "--fd0",
                    "--join",
                    "--ready",
                    "--probe",
                    "--max-connections",
                    "--slow-start",
                    "--allow-new-addresses");

    /// Why a dispatcher does not listen by UDP; what to do instead follows.
    static final String NO_DATAGRAMS =
            ": a dispatcher passes connections, and datagrams are none; ";

    private Dispatching() {}

    static void check(ParseResult parsed, Share share) throws UsageException {
        if (share == Share.GROUP) {
            if (parsed.hasMatchedOption("--proxy-protocol")) {
                throw new UsageException("--proxy-protocol goes with --share dispatch only");
            }
            return;
        }
        for (String option : GROUP_ONLY) {
            if (parsed.hasMatchedOption(option)) {
                throw new UsageException(option + " does not go with --share dispatch");
            }
        }
    }

    static void check(RunOptions options) throws UsageException {
        if (options.ports().isEmpty() && options.listen().isEmpty()) {
            throw new UsageException(
                    "--share dispatch needs to be told where to listen, as in: -p 8080");
        }
        for (ListenAddress address : options.listen()) {
            if (address.protocol() != Protocol.TCP) {
                throw new UsageException(address + NO_DATAGRAMS + "leave --share dispatch away");
            }
        }
        List<ListenAddress> before = new ArrayList<>();
        for (ListenAddress address : addresses(options)) {
            Optional<String> obstacle = obstacle(address, before);
            if (obstacle.isPresent()) {
                throw new UsageException(obstacle.get());
            }
            before.add(address);
        }
    }

    /// Why a listener there cannot stand beside these; empty if it can. The port is not shared, so
    /// the kernel would say no more than that it is taken.
    static Optional<String> obstacle(ListenAddress address, List<ListenAddress> others) {
        for (ListenAddress other : others) {
            if (other.equals(address)) {
                return Optional.of(address + " is there twice");
            }
            if (covers(other.address(), address.address())) {
                return Optional.of(part(address, other));
            }
            if (covers(address.address(), other.address())) {
                return Optional.of(part(other, address));
            }
        }
        return Optional.empty();
    }

    private static String part(ListenAddress some, ListenAddress all) {
        return some + " is a part of " + all + ", which is there too: leave it out";
    }

    private static boolean covers(SockAddr.Inet all, SockAddr.Inet some) {
        boolean both = all instanceof SockAddr.Inet6;
        return all.wildcard()
                && all.port() == some.port()
                && (both || all.family() == some.family());
    }

    static ProxyProtocol proxy(String word) {
        for (ProxyProtocol proxy : ProxyProtocol.values()) {
            if (proxy.text().equals(word)) {
                return proxy;
            }
        }
        throw new IllegalArgumentException(
                "it is off, optional or required, not " + word.toLowerCase(Locale.ROOT));
    }

    /// A dispatcher at all addresses of `options`.
    static Dispatcher open(RunOptions options, Routes routes, Console console) throws IOException {
        try {
            return Dispatcher.open(
                    new Blueprint(
                            addresses(options),
                            options.backlog(),
                            routes,
                            options.proxy(),
                            Limits.defaults()),
                    console::said);
        } catch (ErrnoException failed) {
            throw new Failure("cannot listen there: " + failed.getMessage(), failed);
        }
    }

    private static List<ListenAddress> addresses(RunOptions options) {
        List<ListenAddress> listen = new ArrayList<>(options.listen());
        for (int port : options.ports()) {
            listen.add(everywhere(port));
        }
        return listen;
    }

    /// Both families, where the system has both.
    static ListenAddress everywhere(int port) {
        var six = new ListenAddress(Protocol.TCP, new SockAddr.Inet6(0, 0, 0));
        try (Fd probe = Listeners.open(six, false, OptionalInt.of(0))) {
            return probe.isOpen() ? six.withPort(port) : six;
        } catch (ErrnoException none) {
            return new ListenAddress(Protocol.TCP, new SockAddr.Inet4(0, port));
        }
    }
}
