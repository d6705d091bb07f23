using CooperaNet.Matching.Authorities;

namespace CooperaNet.Matching.Tests;

public class PersonalAddressTests
{
    [Theory]
    [InlineData("ana@gmail.com")]
    [InlineData("cooperation@yahoo.com.br")]
    [InlineData("ana.prueba@ministry.example.org")]
    [InlineData("j_prueba2@ministry.example.org")]
    public void An_address_looks_like_a_persons(string address) => Assert.NotEqual("", PersonalAddress.Reason(address));

    [Theory]
    [InlineData("cooperation@ministry.example.org")]
    [InlineData("cooperacion.internacional@ministry.example.org")]
    [InlineData("info@mail.ministry.gov.example.org")]
    [InlineData("dgci@web.example.org")]
    [InlineData("")]
    public void An_address_looks_like_an_institutions(string address) => Assert.Equal("", PersonalAddress.Reason(address));
}
