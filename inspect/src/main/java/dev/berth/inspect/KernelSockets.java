package dev.berth.inspect;

import dev.berth.net.NetworkDevice;
import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.net.SocketRow;
import dev.berth.sys.ErrnoException;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Recognises sockets that the kernel opened for itself. Nothing marks them: they have an inode and
/// a uid like any other, and no process has a descriptor. They are recognised by their port, and by
/// what uses such a port in the network namespace of the caller.
final class KernelSockets {
    /// The parent of all kernel threads.
    private static final int KTHREADD = 2;

    private static final int NFS = 2049;
    private static final int SMB = 445;

    private final Supplier<List<NetworkDevice>> links;
    private final Supplier<Set<String>> threads;

    KernelSockets() {
        this(KernelSockets::read, KernelSockets::kernelThreads);
    }

    /// For tests.
    KernelSockets(Supplier<List<NetworkDevice>> links, Supplier<Set<String>> threads) {
        this.links = links;
        this.threads = threads;
    }

    private static List<NetworkDevice> read() {
        try {
            return NetworkDevice.all();
        } catch (ErrnoException unread) {
            return List.of();
        }
    }

    private static Set<String> kernelThreads() {
        return ProcessList.read().stream()
                .filter(process -> process.parent() == KTHREADD)
                .map(ProcessEntry::name)
                .collect(Collectors.toSet());
    }

    /// What the socket is; empty if it is not recognised.
    ///
    /// @param own whether it is in the network namespace of the caller
    Optional<MissingOwner> of(SocketRow row, boolean own) {
        return row.protocol() == Protocol.UDP && own
                ? tunnel(row.local().port())
                : server(row.local().port());
    }

    private Optional<MissingOwner> tunnel(int port) {
        return links.get().stream()
                .filter(link -> link.port().isPresent() && link.port().getAsInt() == port)
                .findFirst()
                .map(
                        link ->
                                new MissingOwner(
                                        MissingOwner.Kind.KERNEL,
                                        "the kernel (%s device %s)"
                                                .formatted(link.kind(), link.name()),
                                        ("a socket of the kernel itself, which receives on this"
                                             + " port for the %s device %s: ip -d link show %s")
                                                .formatted(link.kind(), link.name(), link.name()),
                                        ("give the device %s another port, or delete it:"
                                                        + " ip link del %s")
                                                .formatted(link.name(), link.name())))
                .or(this::wireguard);
    }

    /// The kernel reports its port only to root, through another protocol.
    private Optional<MissingOwner> wireguard() {
        String names =
                links.get().stream()
                        .filter(link -> link.kind().equals("wireguard"))
                        .map(NetworkDevice::name)
                        .collect(Collectors.joining(", "));
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new MissingOwner(
                                MissingOwner.Kind.KERNEL,
                                "the kernel (perhaps WireGuard, " + names + ")",
                                "no process has it open, and WireGuard is present ("
                                        + names
                                        + "), which receives in the kernel: wg show shows its port",
                                ""));
    }

    private Optional<MissingOwner> server(int port) {
        return switch (port) {
            case NFS -> server("nfsd", "NFS server", "cat /proc/fs/nfsd/portlist");
            case SMB -> server("ksmbd", "SMB server (ksmbd)", "ksmbd.control --status");
            default -> Optional.empty();
        };
    }

    private Optional<MissingOwner> server(String thread, String what, String command) {
        return threads.get().stream().anyMatch(name -> name.startsWith(thread))
                ? Optional.of(
                        new MissingOwner(
                                MissingOwner.Kind.KERNEL,
                                "the kernel (its " + what + ")",
                                "no process has it open, and the kernel's %s uses this port: %s"
                                        .formatted(what, command),
                                ""))
                : Optional.empty();
    }
}
