package dev.berth.supervise.steering;

import dev.berth.net.Holder;
import dev.berth.net.TcpInfo;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/// A socket of a worker of which the supervisor holds a second descriptor, so that it outlives its
/// process.
///
/// **Ownership:** this descriptor is the supervisor's only one of the socket; the code that takes
/// the socket out of the [ListenerRegistry] closes it.
public final class HeldSocket {
    private final Fd fd;
    private final long inode;
    private final GroupKey key;
    private final ListenerLoad load = new ListenerLoad();
    private Tenure present;
    private Optional<Tenure> previous = Optional.empty();
    private boolean listening;
    private boolean orphan;
    private boolean stalled;
    private boolean hidden;
    private boolean stopping;
    private Optional<Holder> holder = Optional.empty();

    /// A worker's time as its owner.
    ///
    /// @param countBefore what is added to the group's count to get the connections that were
    ///   steered to this owner
    /// @param inherited connections that waited in it when this owner got it
    private record Tenure(WorkerId owner, long countBefore, int inherited) {
        Tenure plus(long steered) {
            return new Tenure(owner, countBefore + steered, inherited);
        }
    }

    public HeldSocket(Fd fd, long inode, GroupKey key, WorkerId owner) {
        this.fd = fd;
        this.inode = inode;
        this.key = key;
        present = new Tenure(owner, 0, 0);
    }

    /// The supervisor's own descriptor.
    public Fd fd() {
        return fd;
    }

    public long inode() {
        return inode;
    }

    public GroupKey key() {
        return key;
    }

    public WorkerId owner() {
        return present.owner();
    }

    /// Whether it is a member of its group. A datagram socket is a member from bind(2) on.
    public boolean listening() {
        return listening;
    }

    void setListening(boolean now) {
        listening = now;
    }

    /// Whether its worker died and nobody accepts from it.
    public boolean orphan() {
        return orphan;
    }

    void setOrphan() {
        orphan = true;
        stalled = false;
        holder = Optional.empty();
    }

    /// Whether connections wait in it that nobody accepts, although its worker has it.
    public boolean stalled() {
        return stalled;
    }

    /// Sets [#stalled].
    public void setStalled(boolean now) {
        stalled = now;
    }

    /// Whether the kernel skips it when it looks up a listener, see [ListenerVisibility].
    boolean hidden() {
        return hidden;
    }

    void setHidden(boolean now) {
        hidden = now;
    }

    /// Whether its worker was told to stop, so that no new connection should queue in it.
    boolean stopping() {
        return stopping;
    }

    void setStopping() {
        stopping = true;
    }

    /// Makes `heir` its owner. If its previous worker is alive, it gets the socket back should the
    /// heir fail.
    ///
    /// @param soFar what its group has steered to it, and what waits in it
    void transferTo(WorkerId heir, ListenerCount soFar) {
        previous = orphan ? Optional.empty() : Optional.of(present);
        present = new Tenure(heir, -soFar.steered(), soFar.queue());
        orphan = false;
        stalled = false;
        stopping = false;
    }

    /// Gives it back to its previous worker, if that is still alive.
    boolean returnToPreviousOwner() {
        boolean back = previous.isPresent();
        present = previous.orElse(present);
        previous = Optional.empty();
        return back;
    }

    /// Handles its leaving a group in which `steered` connections were steered to it: its count
    /// continues in the next group.
    void leftGroup(long steered) {
        present = present.plus(steered);
    }

    /// Connections that its present owner got, given the number that its group has steered to it.
    long steeredToOwner(long steered) {
        return steered + present.countBefore();
    }

    /// Whether its owner has accepted connections.
    ///
    /// @param now what its group has steered to it, and what waits in it
    boolean served(ListenerCount now) {
        return present.inherited() + steeredToOwner(now.steered()) > now.queue();
    }

    void previousOwnerExited(WorkerId worker) {
        previous = previous.filter(tenure -> !tenure.owner().equals(worker));
    }

    /// The process and descriptor that were last seen to hold it, other than the supervisor's.
    public Optional<Holder> holder() {
        return holder;
    }

    /// Sets [#holder].
    public void setHolder(Optional<Holder> seen) {
        holder = seen;
    }

    /// How busy it is, if that is being sampled.
    public ListenerLoad load() {
        return load;
    }

    /// Connections that wait to be accepted; empty if that cannot be known.
    public OptionalInt queue() {
        try {
            return listening
                    ? OptionalInt.of(TcpInfo.of(fd.number()).queue())
                    : OptionalInt.empty();
        } catch (ErrnoException notTcp) {
            return OptionalInt.empty();
        }
    }

    /// Whether a connection must receive its first bytes before it can be accepted
    /// (TCP_DEFER_ACCEPT). Then the kernel's count of drops is not a count of connections: it also
    /// includes each bare acknowledgement that ends a handshake.
    public boolean defersAccept() {
        byte[] seconds = new byte[Integer.BYTES];
        int length =
                Sockets.getsockopt(
                        fd.number(), Sockets.IPPROTO_TCP, Sockets.TCP_DEFER_ACCEPT, seconds);
        return length == Integer.BYTES && !Arrays.equals(seconds, new byte[Integer.BYTES]);
    }

    @Override
    public String toString() {
        return key + " of slot " + owner();
    }
}
