# A blocking accept() loop on IO::Socket. Dies at once on SIGTERM.   usage: io_socket.pl PORT
use strict;
use warnings;
use IO::Socket::INET;

die "usage: io_socket.pl PORT\n" if @ARGV != 1;
$SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ARGV[0], Listen => 128, ReuseAddr => 1)
    or die "listen on $ARGV[0]: $@\n";
my $body = "perl pid=$$\n";
while (my $client = $server->accept) {
    while (defined(my $line = <$client>)) { last if $line =~ /^\r?\n$/ }
    print $client "HTTP/1.1 200 OK\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
    close $client;
}
