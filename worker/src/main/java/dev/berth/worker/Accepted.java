package dev.berth.worker;

import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/// A connection, and where it truly comes from and went to.
///
/// They differ from the channel's own addresses where a proxy is between, and said so in a PROXY
/// header, which the dispatcher has read off the connection.
///
/// @param channel in blocking mode
/// @param client the client's address, as the proxy saw it if there is one
/// @param server the address that the client connected to
public record Accepted(SocketChannel channel, InetSocketAddress client, InetSocketAddress server) {}
