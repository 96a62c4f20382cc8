package dev.berth.worker;

import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/// An accepted connection with its true client and server addresses.
///
/// They differ from the channel's own addresses if a proxy in between reported them in a PROXY
/// header, which the dispatcher has removed from the connection.
///
/// @param channel in blocking mode
/// @param client the client's address, as the proxy saw it if there is a proxy
/// @param server the address that the client connected to
public record Accepted(SocketChannel channel, InetSocketAddress client, InetSocketAddress server) {}
